/** How far a run reads. */
export interface BoundOptions {
  /** Seconds that the bound stays behind the oldest open transaction, or the server's clock. */
  readonly lagSeconds: number;
  /** Seconds, or ids for an id cursor, that are read again; null for what the table file says. */
  readonly lookback: number | null;
  /** Rows below this cursor value are read; null for the bound. */
  readonly end: string | null;
}

export const DEFAULT_BOUND_OPTIONS: BoundOptions = { lagSeconds: 5, lookback: null, end: null };
