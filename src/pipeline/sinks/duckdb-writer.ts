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

/** Appends batches to a table as data chunks, in transactions that end with each commit. */
export class AppendingWriter implements BatchWriter {
  readonly #connection: DuckdbConnection;
  readonly #target: AppendTarget;
  #open: {
    readonly appender: DuckDBAppender;
    readonly chunk: DuckDBDataChunk;
    readonly filler: ChunkFiller;
  } | null = null;

  constructor(connection: DuckdbConnection, target: AppendTarget) {
    this.#connection = connection;
    this.#target = target;
  }

  async write(batch: ColumnBatch): Promise<void> {
    const { appender, chunk, filler } = (this.#open ??= await this.#begin());
    this.#connection.attempt(() => {
      filler.fill(batch);
      appender.appendDataChunk(chunk);
    });
  }

  async commit(commit: Commit): Promise<TableState> {
    const { appender } = (this.#open ??= await this.#begin());
    this.#connection.attempt(() => appender.closeSync());
    const state = await this.#target.finish(commit);
    await this.#connection.run('COMMIT');
    this.#open = null;
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#open === null) return;
    this.#open.appender.clear();
    this.#open = null;
    await this.#connection.rollback();
  }

  async #begin() {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      await this.#target.begin();
      const { table, schema, catalog } = this.#target;
      const appender = await this.#connection.raw.createAppender(table, schema, catalog);
      const types = Array.from({ length: appender.columnCount }, (_, column) => appender.columnType(column));
      const chunk = DuckDBDataChunk.create(types);
      return { appender, chunk, filler: new ChunkFiller(chunk.chunk) };
    } catch (error) {
      await this.#connection.rollback();
      throw error;
    }
  }
}
