import path from 'node:path';
import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { BatchWriter, Commit, TableState, TargetColumn } from '../sink.ts';
import { BatchFeed } from '../duckdb/batch-feed.ts';
import { BatchPump, type PumpThreshold } from '../duckdb/batch-pump.ts';
import { SEQUENCE } from '../duckdb/change-log.ts';
import type { DuckdbConnection } from '../duckdb/duckdb-file.ts';
import { dataFileName, writeParquet } from './parquet-files.ts';
import type { DataFile } from './parquet-manifest.ts';

/**
 * A file goes on for as long as batches keep coming, so that it is begun with as many as leave room for the next ones.
 */
export const FILE_THRESHOLD: PumpThreshold = { batches: 8, bytes: 8 * 1024 * 1024 };

/** What was written since the last commit. */
export interface AddedFiles {
  readonly files: readonly DataFile[];
  /** The last sequence that a file was given. */
  readonly sequence: number;
}

export interface ParquetTarget {
  readonly columns: readonly TargetColumn[];
  /** Where the files go. */
  readonly folder: string;
  /** The last sequence that was committed. */
  lastSequence(): number;
  /** Makes files part of the table, together with state and run. */
  save(commit: Commit, added: AddedFiles): Promise<TableState>;
}

/** Writes batches to Parquet files, which are part of the table from the next commit on. */
export class ParquetWriter implements BatchWriter {
  readonly #target: ParquetTarget;
  readonly #pump: BatchPump;
  #files: readonly DataFile[] = [];

  private constructor(connection: DuckdbConnection, target: ParquetTarget, feed: BatchFeed) {
    this.#target = target;
    this.#pump = new BatchPump(feed, FILE_THRESHOLD, async () => {
      const sequence = this.#sequence() + 1;
      const name = dataFileName(sequence);
      const before = feed.rowsTaken;
      const select = `SELECT *, ${sequence}::BIGINT AS ${SEQUENCE} FROM ${feed.from}`;
      await writeParquet(connection, select, path.join(target.folder, name));
      this.#files = [...this.#files, { name, rows: feed.rowsTaken - before, sequence }];
    });
  }

  static async open(connection: DuckdbConnection, target: ParquetTarget): Promise<ParquetWriter> {
    return new ParquetWriter(connection, target, await BatchFeed.register(connection, target.columns));
  }

  async write(batch: ColumnBatch): Promise<void> {
    this.#pump.write(batch);
  }

  async commit(commit: Commit): Promise<TableState> {
    await this.#pump.flush();
    const state = await this.#target.save(commit, { files: this.#files, sequence: this.#sequence() });
    this.#files = [];
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pump.discard();
  }

  #sequence(): number {
    return this.#files.at(-1)?.sequence ?? this.#target.lastSequence();
  }
}
