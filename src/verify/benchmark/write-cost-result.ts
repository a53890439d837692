import type { Spread } from './benchmark-result.ts';

/** Rows per second of single-row writes, each its own transaction, as an application writes them. */
export interface WriteRates {
  readonly withIndexes: Spread;
  readonly withoutIndexes: Spread;
}

/** What a table's migrated indexes cost its writers, measured on copies of the table that are dropped afterwards. */
export type WriteCostResult =
  | {
      readonly kind: 'measured';
      readonly table: string;
      /** The indexes that only the one copy has. */
      readonly indexes: readonly string[];
      /** Rows in each copy before the first measured write. */
      readonly rows: number;
      readonly insert: WriteRates;
      /** Of the column that the indexes are about. */
      readonly update: WriteRates;
    }
  | { readonly kind: 'skipped'; readonly table: string; readonly reason: string };

/** The share of its speed that writing loses by the indexes: 0.08 is 8 % slower. Below zero it is noise. */
export function slowdown({ withIndexes, withoutIndexes }: WriteRates): number {
  return 1 - withIndexes.median / withoutIndexes.median;
}

/** What the indexes of a project are meant to cost its writers at most. */
export const PROMISED_SLOWDOWN = 0.1;
