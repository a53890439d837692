import type { ComparisonRequest } from '../sink.ts';

/** When a row was found to be gone from the source. */
export const DELETED_AT = '_tidemark_deleted_at';

/** Names of the temporary tables in which a window is compared. */
export const COMPARISON = {
  /** Rows of the source. */
  stage: 'tidemark_window',
  /** Keys of rows that are not loaded yet. */
  excluded: 'tidemark_excluded',
  /** Keys that differ, and `kind`: missing, extra or different. */
  found: 'tidemark_found',
} as const;

/** The rows of a sink's table, and how they are mended: what tells one sink's comparison from another's. */
export interface ComparedRows {
  /** A query of the live rows whose key meets a condition, with the target's columns. */
  select(condition: string): string;
  /**
   * Does to the rows of `found` what was asked for, with the rows of `stage`, which holds all columns by rows. Their keys
   * meet the condition.
   */
  mend(request: ComparisonRequest, condition: string): Promise<void>;
  /** Makes what was mended durable, if `mend` has not. */
  commit(): Promise<void>;
}
