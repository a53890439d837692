import { type BoundOptions, DEFAULT_BOUND_OPTIONS } from '../bound/bound-options.ts';
import { DEFAULT_READ_OPTIONS, type ReadOptions } from '../source/read-options.ts';

/** What a person can ask of a run. Durations in seconds. */
export interface ExtractOptions extends BoundOptions, ReadOptions {
  /** Reads tables whose cursor no index serves. */
  readonly allowScan: boolean;
  /** Reloads tables, and replaces them when the load is complete. */
  readonly fullRefresh: boolean;
  /** Keeps every version of a row, for all tables; false leaves it to the table file. */
  readonly append: boolean;
  /** Rows from this cursor value on are read again, as the server writes it; null for the watermark. */
  readonly start: string | null;
  /** Tables that are read at once. */
  readonly concurrency: number;
  /** Tables of one database that are read at once; null for no further limit. */
  readonly concurrencyPerDatabase: number | null;
  /** Null for no limit, for each table. */
  readonly maxRowsPerSecond: number | null;
  /** No statement is started while the server runs more threads than this; null for no limit. */
  readonly maxThreadsRunning: number | null;
  /** No statement is started while the replica that is read is further behind than this; null for no limit. */
  readonly maxReplicaLagSeconds: number | null;
  /** No statement is started while InnoDB's undo history is longer than this; null for no limit. */
  readonly maxHistoryLength: number | null;
  /** The server ends a statement that runs longer; null for no limit. */
  readonly statementTimeoutSeconds: number | null;
  /** How often a lost connection is made again without a commit in between. */
  readonly retries: number;
  /** Rows after which a long run commits what it has. */
  readonly commitRows: number;
}

export const DEFAULT_OPTIONS: ExtractOptions = {
  ...DEFAULT_BOUND_OPTIONS,
  ...DEFAULT_READ_OPTIONS,
  allowScan: false,
  fullRefresh: false,
  append: false,
  start: null,
  concurrency: 4,
  concurrencyPerDatabase: null,
  maxRowsPerSecond: null,
  maxThreadsRunning: null,
  maxReplicaLagSeconds: null,
  maxHistoryLength: null,
  statementTimeoutSeconds: null,
  retries: 5,
  commitRows: 983_040,
};
