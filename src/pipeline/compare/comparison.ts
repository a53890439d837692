import type { Session } from '../../databases/session.ts';
import type { WindowComparer } from '../../sinks/sink.ts';
import type { SourceTable } from '../source/source-table.ts';
import type { Masks } from '../wire/masks.ts';
import type { TableReader } from '../wire/table-reader.ts';
import type { ComparisonTotals } from './comparison-totals.ts';

/** One table's comparison, in one snapshot of the source. */
export interface Comparison {
  readonly session: Session;
  /** Its columns are those that are compared. */
  readonly table: SourceTable;
  readonly reader: TableReader;
  readonly comparer: WindowComparer;
  readonly masks: Masks;
  /** Selects the rows of the source that a run has loaded. */
  readonly loaded: string;
  /** Rows of a window, and of a page that is read. */
  readonly windowRows: number;
  readonly totals: ComparisonTotals;
  readonly signal: AbortSignal;
}
