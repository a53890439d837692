import { type DuckDBAppender, DuckDBDataChunk } from '@duckdb/node-api';
import type { ColumnBatch } from '../column-batch.ts';
import type { BatchWriter, Commit, TableState } from '../sink.ts';
import { ChunkFiller } from './duckdb-chunk.ts';
import type { DuckdbConnection } from './duckdb-file.ts';

/** Where batches are appended, and what else belongs into the transaction. */
export interface AppendTarget {
  readonly catalog: string | null;
  readonly schema: string;
  readonly table: string;
  /** Runs before the first row of each transaction. */
  begin(): Promise<void>;
  /** Runs after the last one. */
  finish(commit: Commit): Promise<TableState>;
}

/** Appends batches to one table, in whatever transaction the connection has. */
export class ChunkAppender {
  readonly #connection: DuckdbConnection;
  readonly #appender: DuckDBAppender;
  readonly #chunk: DuckDBDataChunk;
  readonly #filler: ChunkFiller;

  private constructor(connection: DuckdbConnection, appender: DuckDBAppender) {
    const types = Array.from({ length: appender.columnCount }, (_, column) => appender.columnType(column));
    this.#connection = connection;
    this.#appender = appender;
    this.#chunk = DuckDBDataChunk.create(types);
    this.#filler = new ChunkFiller(this.#chunk.chunk);
  }

  static async open(
    connection: DuckdbConnection,
    target: Pick<AppendTarget, 'catalog' | 'schema' | 'table'>,
  ): Promise<ChunkAppender> {
    const { table, schema, catalog } = target;
    return new ChunkAppender(connection, await connection.raw.createAppender(table, schema, catalog));
  }

  append(batch: ColumnBatch): void {
    this.#connection.attempt(() => {
      this.#filler.fill(batch);
      this.#appender.appendDataChunk(this.#chunk);
    });
  }

  /** Makes what was appended visible to the connection. */
  close(): void {
    this.#connection.attempt(() => this.#appender.closeSync());
  }

  /** Drops what was appended and is not visible yet. */
  discard(): void {
    this.#appender.clear();
  }
}

/** Appends batches to a table as data chunks, in transactions that end with each commit. */
export class AppendingWriter implements BatchWriter {
  readonly #connection: DuckdbConnection;
  readonly #target: AppendTarget;
  #appender: ChunkAppender | null = null;

  constructor(connection: DuckdbConnection, target: AppendTarget) {
    this.#connection = connection;
    this.#target = target;
  }

  async write(batch: ColumnBatch): Promise<void> {
    this.#appender ??= await this.#begin();
    this.#appender.append(batch);
  }

  async commit(commit: Commit): Promise<TableState> {
    this.#appender ??= await this.#begin();
    this.#appender.close();
    const state = await this.#target.finish(commit);
    await this.#connection.run('COMMIT');
    this.#appender = null;
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#appender === null) return;
    this.#appender.discard();
    this.#appender = null;
    await this.#connection.rollback();
  }

  async #begin(): Promise<ChunkAppender> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      await this.#target.begin();
      return await ChunkAppender.open(this.#connection, this.#target);
    } catch (error) {
      await this.#connection.rollback();
      throw error;
    }
  }
}
