/** What one verification looks at, beside the definitions of the indexes, which it always compares. */
export interface Checks {
  /** Also indexes of other names than `idx_…`, tables that no migration touches, and the table file. */
  readonly strict: boolean;
  /** How the server would run the queries of the extraction. */
  readonly plans: boolean;
  /** How long they take with their index and without. Runs them. */
  readonly benchmark: boolean;
  /** What the indexes cost writers. Makes copies of the tables, and drops them. */
  readonly writeCost: boolean;
  /** How often the server read each index. */
  readonly usage: boolean;
}

/** The definitions of the indexes alone. */
export const INDEX_CHECKS: Checks = {
  strict: false,
  plans: false,
  benchmark: false,
  writeCost: false,
  usage: false,
};

/** `--full`: all that only reads. */
export const FULL_CHECKS: Checks = { ...INDEX_CHECKS, plans: true, benchmark: true, usage: true };
