import { RefusedError } from '../../errors.ts';
import type { SourceColumn, SourceTable } from './source-table.ts';

/**
 * Refuses dates that are in no calendar where they are part of a key: as NULL they would all be one, and none would equal
 * what the sink has. `counts` are of the columns that were read.
 */
export function requireRealKeyDates(
  table: SourceTable,
  columns: readonly SourceColumn[],
  counts: ArrayLike<number>,
): void {
  const at = columns.findIndex((column, index) => counts[index]! > 0 && table.identity.includes(column));
  if (at === -1) return;
  throw new RefusedError(
    `${table.database}.${table.name}: key column "${columns[at]!.name}" has ${counts[at]} dates that are in no calendar, and NULL would not tell their rows apart`,
    {
      hint: 'set zeroDates: "text" in the table file, which keeps dates as the server writes them, and load the table again with --full-refresh; or correct them at the source',
    },
  );
}
