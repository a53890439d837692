/** How often an index was read. */
export interface IndexReads {
  readonly table: string;
  readonly index: string;
  /** Rows read through the index since the server started, or since somebody reset its counters. */
  readonly reads: number;
}

/** What one source of counters has: an index without a counter was not read. Or why it has none. */
export type UsageSourceResult =
  | { readonly kind: 'measured'; readonly reads: readonly IndexReads[] }
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      /** The line that turns the counters on, or the grant that is missing. */
      readonly mend: string;
    };
