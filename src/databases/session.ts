import type { Connection, FieldPacket, QueryOptions } from 'mysql2';
import { breakConnection } from './driver-connection.ts';

/** Values that a placeholder takes. A watermark stays the server's own string; nothing is bound as a Date. */
export type SqlValue = string | number | bigint | boolean | Buffer | null;

/** One row as an object, column name to value. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * One connection of a database's pool, held until it is disposed. Statements of a session run in order on the
 * same server connection, so locks, session variables and temporary state belong to it.
 */
export class Session implements AsyncDisposable {
  /** The driver's own connection, for streams. */
  readonly connection: Connection;
  readonly #release: (connection: Connection) => Promise<void>;
  #released = false;

  constructor(connection: Connection, release: (connection: Connection) => Promise<void>) {
    this.connection = connection;
    this.#release = release;
  }

  /** The server's id of this connection, as `KILL` and the process list know it. */
  get connectionId(): number {
    return this.connection.threadId;
  }

  /** Runs a statement and returns its rows. Throws the driver's error unchanged. */
  async query<R extends Row = Row>(
    sql: string,
    values: readonly SqlValue[] = [],
    options: Omit<QueryOptions, 'sql' | 'values'> = {},
  ): Promise<readonly R[]> {
    const [rows] = await this.#send(sql, values, options);
    return Array.isArray(rows) ? (rows as R[]) : [];
  }

  /** Runs a statement that changes something and returns the number of rows it affected. */
  async execute(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    const [result] = await this.#send(sql, values, {});
    const header = result as { affectedRows?: number };
    return header.affectedRows ?? 0;
  }

  /** The first column of the first row, or null where there is no row. */
  async value<T extends string | number | null = string | number | null>(
    sql: string,
    values: readonly SqlValue[] = [],
  ): Promise<T | null> {
    const [rows] = await this.#send(sql, values, { rowsAsArray: true });
    const first = (rows as unknown[][])[0];
    return first === undefined ? null : (first[0] as T);
  }

  /**
   * Closes the connection instead of giving it back: for a session whose state can no longer be trusted. A statement
   * that is under way fails.
   */
  destroy(): void {
    breakConnection(this.connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#release(this.connection);
  }

  #send(
    sql: string,
    values: readonly SqlValue[],
    options: Omit<QueryOptions, 'sql' | 'values'>,
  ): Promise<[unknown, FieldPacket[]]> {
    return new Promise((resolve, reject) => {
      this.connection.query({ ...options, sql, values: [...values] }, (error, result, fields) => {
        if (error) reject(error);
        else resolve([result, fields]);
      });
    });
  }
}
