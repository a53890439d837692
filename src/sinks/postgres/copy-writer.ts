import { WorkFailedError } from '../../errors.ts';
import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { Commit, MergeWriter, TableState, TargetColumn, TargetTable } from '../sink.ts';
import { COPY_HEADER, COPY_TRAILER, encodeBatch, type NulBytes } from './copy-encoder.ts';
import type { PostgresConnection, PostgresCopy } from './postgres-connection.ts';
import { columnList } from './postgres-identifiers.ts';

/** Batches into one table by COPY, in whatever transaction the connection has. */
export class CopyInto {
  readonly #connection: PostgresConnection;
  readonly #sql: string;
  readonly #target: Pick<TargetTable, 'database' | 'table'>;
  readonly #columns: readonly TargetColumn[];
  #copy: PostgresCopy | null = null;

  /** `table` is as SQL writes its name; it has these columns, in this order. */
  constructor(
    connection: PostgresConnection,
    table: string,
    target: Pick<TargetTable, 'database' | 'table' | 'columns'>,
  ) {
    this.#connection = connection;
    this.#sql = `COPY ${table} (${columnList(target.columns)}) FROM STDIN WITH (FORMAT binary)`;
    this.#target = target;
    this.#columns = target.columns;
  }

  /** Takes a batch over: it is encoded and released before this resolves. */
  async write(batch: ColumnBatch): Promise<void> {
    let bytes: Buffer;
    try {
      bytes = encodeBatch(batch, (column, text) => this.#replaceNulBytes(column, text));
    } finally {
      batch.release();
    }
    if (this.#copy === null) {
      this.#copy = this.#connection.copy(this.#sql);
      await this.#copy.write(COPY_HEADER);
    }
    await this.#copy.write(bytes);
  }

  /** Resolves when everything that was taken over is in the table. */
  async flush(): Promise<void> {
    const copy = this.#copy;
    if (copy === null) return;
    this.#copy = null;
    await copy.write(COPY_TRAILER);
    await copy.end();
  }

  /** Ends a COPY that is under way; the transaction can only be rolled back then. */
  async abort(): Promise<void> {
    const copy = this.#copy;
    this.#copy = null;
    await copy?.abort();
  }

  #replaceNulBytes(column: number, text: Buffer): Buffer {
    const policy: NulBytes = this.#connection.address.nulBytes;
    if (policy === 'strip') return Buffer.from(text.filter((byte) => byte !== 0));
    if (policy === 'escape') return Buffer.from(text.toString('utf8').replaceAll('\0', String.raw`\0`));
    const { database, table } = this.#target;
    throw new WorkFailedError(
      `${database}.${table}: column "${this.#columns[column]!.name}" has a text with a NUL byte, which PostgreSQL's text cannot hold`,
      {
        hint: 'mend it at the source, exclude the column, or add ?nulBytes=strip or ?nulBytes=escape to the URL of the sink',
      },
    );
  }
}

/** What belongs into a transaction beside the rows. */
export interface CopyTarget {
  /** Runs before the first row of each transaction. */
  begin(): Promise<void>;
  /** Runs after the last one; counts the rows that it left out. */
  finish(commit: Commit, counted: { unchanged: number }): Promise<TableState>;
}

/** Copies batches into a table, in transactions that end with each commit. */
export class CopyWriter implements MergeWriter {
  unchanged = 0;
  readonly #connection: PostgresConnection;
  readonly #copy: CopyInto;
  readonly #target: CopyTarget;
  #inTransaction = false;

  constructor(connection: PostgresConnection, copy: CopyInto, target: CopyTarget) {
    this.#connection = connection;
    this.#copy = copy;
    this.#target = target;
  }

  async write(batch: ColumnBatch): Promise<void> {
    await this.#begin();
    await this.#copy.write(batch);
  }

  async commit(commit: Commit): Promise<TableState> {
    await this.#begin();
    await this.#copy.flush();
    const counted = { unchanged: 0 };
    const state = await this.#target.finish(commit, counted);
    await this.#connection.run('COMMIT');
    this.unchanged += counted.unchanged;
    this.#inTransaction = false;
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#copy.abort();
    if (this.#inTransaction) await this.#connection.rollback();
    this.#inTransaction = false;
  }

  async #begin(): Promise<void> {
    if (this.#inTransaction) return;
    await this.#connection.begin();
    this.#inTransaction = true;
    await this.#target.begin();
  }
}
