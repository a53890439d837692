/** What a person can ask of a run. Durations in seconds. */
export interface ExtractOptions {
  /** How far the bound stays behind the oldest open transaction, or the server's clock. */
  readonly lagSeconds: number;
  /** Seconds, or ids for an id cursor, that are read again; null for what the table file says. */
  readonly lookback: number | null;
  /** Reads tables whose cursor no index serves. */
  readonly allowScan: boolean;
  /** Loads tables anew, and replaces them when the load is complete. */
  readonly fullRefresh: boolean;
  /** Keeps every version of a row, for all tables; false leaves it to the table file. */
  readonly append: boolean;
  /** Rows from this cursor value on are read again, as the server writes it; null for the watermark. */
  readonly start: string | null;
  /** Rows below this cursor value are read; null for the bound. */
  readonly end: string | null;
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
  /** The server ends a statement that runs longer; null for no limit. */
  readonly statementTimeoutSeconds: number | null;
  /** How often a lost connection is made again without a commit in between. */
  readonly retries: number;
  /** Rows of one SELECT. */
  readonly statementRows: number;
  /** Rows after which a long run commits what it has. */
  readonly commitRows: number;
  /** Salt of the mask `hash`; null where no table masks by hash. */
  readonly maskSalt: string | null;
}

export const DEFAULT_OPTIONS: ExtractOptions = {
  lagSeconds: 5,
  lookback: null,
  allowScan: false,
  fullRefresh: false,
  append: false,
  start: null,
  end: null,
  concurrency: 4,
  concurrencyPerDatabase: null,
  maxRowsPerSecond: null,
  maxThreadsRunning: null,
  maxReplicaLagSeconds: null,
  statementTimeoutSeconds: null,
  retries: 5,
  // A row group of DuckDB: what it compresses and writes at a time.
  statementRows: 122_880,
  commitRows: 983_040,
  maskSalt: null,
};
