import type { Session } from '../../databases/session.ts';
import type { KeyWindow } from '../../rows/position.ts';
import type { WindowComparer } from '../../sinks/sink.ts';
import type { UpperBound } from '../source/queries.ts';
import type { SourceSnapshot } from '../source/source-snapshot.ts';
import type { SourceTable } from '../source/source-table.ts';
import type { Masks } from '../wire/masks.ts';
import type { TableReader } from '../wire/table-reader.ts';
import type { ComparisonTotals } from './comparison-totals.ts';

/** One table's comparison, in snapshots of the source of which each is held for some statements. */
export interface Comparison {
  readonly session: Session;
  readonly snapshot: SourceSnapshot;
  /** Its columns are those that are compared. */
  readonly table: SourceTable;
  readonly reader: TableReader;
  readonly comparer: WindowComparer;
  readonly masks: Masks;
  /**
   * Leaves out what changed since it was asked last. To be called before rows that were read are judged: those of the
   * source may be older than what the sink's rows are told from by now.
   */
  readonly excludeChanged: () => Promise<void>;
  /** Where the rows end that a run has loaded; null where every row counts as loaded. */
  readonly bound: UpperBound | null;
  /** Selects the rows of the source that a run has loaded. */
  readonly loaded: string;
  /** Rows of a window, and of a page that is read. */
  readonly windowRows: number;
  readonly totals: ComparisonTotals;
  /** Is told the windows in which rows differed. */
  readonly differed: (windows: readonly KeyWindow[]) => void;
  readonly signal: AbortSignal;
}
