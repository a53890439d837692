import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { Commit, MergeWriter, TableState, TargetColumn } from '../sink.ts';
import { BatchFeed } from './batch-feed.ts';
import { BatchPump, type PumpThreshold } from './batch-pump.ts';
import type { DuckdbConnection } from './duckdb-file.ts';

/** Starting an INSERT costs little. */
export const INSERT_THRESHOLD: PumpThreshold = { batches: 6, bytes: 6 * 1024 * 1024 };

/** Where batches are inserted, and what else belongs into the transaction. */
export interface InsertTarget {
  /** The table, as SQL writes its name. It has these columns, in order. */
  readonly table: string;
  readonly columns: readonly TargetColumn[];
  /** Makes room for a batch, before it is inserted. */
  reserve?(batch: ColumnBatch): Promise<void>;
  /** Runs before the first row of each transaction. */
  begin(): Promise<void>;
  /** Runs after the last one. */
  finish(commit: Commit): Promise<TableState>;
  /** See MergeWriter. */
  unchanged?(): number;
}

/** A pump that inserts batches into one table, in whatever transaction the connection has. */
export async function insertingPump(
  connection: DuckdbConnection,
  { table, columns }: Pick<InsertTarget, 'table' | 'columns'>,
): Promise<BatchPump> {
  const feed = await BatchFeed.register(connection, columns);
  return new BatchPump(feed, INSERT_THRESHOLD, () =>
    connection.run(`INSERT INTO ${table} FROM ${feed.from}`),
  );
}

/** Inserts batches into a table, in transactions that end with each commit. */
export class InsertingWriter implements MergeWriter {
  readonly #connection: DuckdbConnection;
  readonly #target: InsertTarget;
  readonly #pump: BatchPump;
  #inTransaction = false;

  private constructor(connection: DuckdbConnection, target: InsertTarget, pump: BatchPump) {
    this.#connection = connection;
    this.#target = target;
    this.#pump = pump;
  }

  static async open(connection: DuckdbConnection, target: InsertTarget): Promise<InsertingWriter> {
    return new InsertingWriter(connection, target, await insertingPump(connection, target));
  }

  get unchanged(): number {
    return this.#target.unchanged?.() ?? 0;
  }

  async write(batch: ColumnBatch): Promise<void> {
    await this.#begin();
    await this.#target.reserve?.(batch);
    this.#pump.write(batch);
  }

  async commit(commit: Commit): Promise<TableState> {
    await this.#begin();
    await this.#pump.flush();
    const state = await this.#target.finish(commit);
    await this.#connection.run('COMMIT');
    this.#inTransaction = false;
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pump.discard();
    if (this.#inTransaction) await this.#connection.rollback();
    this.#inTransaction = false;
  }

  async #begin(): Promise<void> {
    if (this.#inTransaction) return;
    await this.#connection.run('BEGIN TRANSACTION');
    this.#inTransaction = true;
    await this.#target.begin();
  }
}
