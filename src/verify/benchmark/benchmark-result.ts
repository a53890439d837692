/** Seconds of several runs of one thing. */
export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** A query that ran to its end. */
export interface Measurement {
  readonly kind: 'measured';
  readonly seconds: Spread;
  /** Index entries and rows that the server read for one run (the session's Handler_read counters). */
  readonly rowsRead: number;
}

/** One table's incremental query, with its index and with the index kept from the optimizer. */
export interface BenchmarkResult {
  readonly table: string;
  readonly index: string;
  /** Rows that the query returns. */
  readonly rows: number;
  readonly withIndex: Measurement;
  /** Stopped where it took longer than the limit: without its index a query scans the table. */
  readonly withoutIndex: Measurement | { readonly kind: 'stopped'; readonly afterSeconds: number };
}

/** Minimum, median and maximum of at least one value. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const median =
    sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { minimum: sorted[0] ?? 0, median, maximum: sorted.at(-1) ?? 0 };
}
