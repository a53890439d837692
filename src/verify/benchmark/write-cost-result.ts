import type { Spread } from './benchmark-result.ts';

/** How fast single rows are written, as an application writes them: one row, one transaction. */
export interface WriteRate {
  readonly rowsPerSecond: Spread;
}

/** What a table's migrated indexes cost its writers, measured on copies of the table that are dropped afterwards. */
export interface WriteCostResult {
  readonly table: string;
  /** The indexes that only the one copy has. */
  readonly indexes: readonly string[];
  /** Rows in each copy before the first measured write. */
  readonly rows: number;
  readonly insert: { readonly withIndexes: WriteRate; readonly withoutIndexes: WriteRate };
  readonly update: { readonly withIndexes: WriteRate; readonly withoutIndexes: WriteRate };
}

/** The share of its speed that writing loses by the indexes: 0.08 is 8 % slower. Negative is noise. */
export function slowdown(pair: {
  readonly withIndexes: WriteRate;
  readonly withoutIndexes: WriteRate;
}): number {
  return 1 - pair.withIndexes.rowsPerSecond.median / pair.withoutIndexes.rowsPerSecond.median;
}
