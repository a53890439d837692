/** How a table is read, by a run and by a comparison. */
export interface ReadOptions {
  /** Rows of one SELECT. */
  readonly statementRows: number;
  /** Seconds for which a snapshot of the source may be held, and with it the metadata locks of its tables. */
  readonly maxSnapshotSeconds: number;
  /** Salt of the mask `hash`; null where no table masks by hash. */
  readonly maskSalt: string | null;
}

export const DEFAULT_READ_OPTIONS: ReadOptions = {
  // A row group of DuckDB: what it compresses and writes at a time.
  statementRows: 122_880,
  maxSnapshotSeconds: 10,
  maskSalt: null,
};
