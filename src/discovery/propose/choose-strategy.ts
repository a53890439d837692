import type { Strategy } from '../../pipeline/source/table-spec.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';

/** Up to these, reading a table whole costs a run less than comparing it. */
const FULL_ROWS = 100_000;
const FULL_BYTES = 64 * 2 ** 20;

/** What a table's best cursor sees: every change of a row, new rows alone, or there is none. */
export type CursorSees = 'changes' | 'new-rows' | 'nothing';

/** Chooses by what the cursor sees and, where that is not enough, by size. */
export function chooseStrategy(
  table: Pick<TableInfo, 'kind' | 'rowsEstimate' | 'dataBytes'>,
  about: {
    readonly sees: CursorSees;
    /** Rows of it are added and never changed. */
    readonly appendOnly: boolean;
    readonly hasKey: boolean;
  },
): Strategy {
  if (about.sees === 'changes' || (about.sees === 'new-rows' && about.appendOnly)) return 'watermark';
  if (table.kind === 'view' || !about.hasKey) return 'full';
  return table.rowsEstimate <= FULL_ROWS && table.dataBytes <= FULL_BYTES ? 'full' : 'compare';
}
