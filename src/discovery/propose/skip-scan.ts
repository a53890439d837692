import type { TableKey } from '../../pipeline/source/table-indexes.ts';
import type { TableFacts } from '../facts.ts';
import type { IndexCardinality } from '../inspect/leading-values.ts';

/** Below this, an index is built in a moment, and the values of its leading columns say nothing of those to come. */
export const SKIP_SCAN_ROWS = 100_000;
/** Each value is a range of its own in every run. */
const MOST_VALUES = 8;

/** An index that is there and reads the cursor after a few values of other columns. */
export interface SkipScan {
  readonly index: string;
  readonly leading: readonly string[];
  readonly values: number;
}

/** The one with the fewest values, or null: an index of (site, time) serves the time where there are few sites. */
export function findSkipScan(
  { table, indexes }: TableFacts,
  { cursor, key }: { readonly cursor: string; readonly key: TableKey },
  cardinalities: readonly IndexCardinality[],
): SkipScan | null {
  if (table.rowsEstimate < SKIP_SCAN_ROWS || key.index === null) return null;
  const found = indexes.flatMap((index): readonly SkipScan[] => {
    const columns = index.parts.flatMap((part) => (part.kind === 'column' ? [part.name] : []));
    const at = columns.indexOf(cursor);
    const leading = columns.slice(0, at);
    const values =
      cardinalities.find((entry) => entry.table === table.name && entry.index === index.name)?.values[
        at - 1
      ] ?? Infinity;
    const usable =
      at > 0 &&
      index.visible &&
      columns.length === index.parts.length &&
      values <= MOST_VALUES &&
      leading.every((name) => table.columns.some((column) => column.name === name && !column.nullable));
    return usable ? [{ index: index.name, leading, values }] : [];
  });
  return found.toSorted((left, right) => left.values - right.values)[0] ?? null;
}
