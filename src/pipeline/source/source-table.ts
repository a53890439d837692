import type { ServerInfo } from '../../databases/server.ts';
import type { Mask } from '../wire/masks.ts';
import type { ReadColumn } from '../wire/read-column.ts';
import type { EpochUnit, NullCursorPolicy, ZeroDatePolicy } from './table-spec.ts';

/** A column that is read, as the source has it. */
export interface SourceColumn extends ReadColumn {
  /** What the SELECT list has for it: its quoted name, or an expression that reads it exactly. */
  readonly expression: string;
  readonly nullable: boolean;
  readonly mask: Mask | null;
  /** The character set that bytes of a text are in, where it is compared by its bytes. */
  readonly characterSet?: string;
}

/** What a cursor's values are. */
export type CursorKind =
  /** `precision`: digits of a second's fraction. `timeZone`: null for an instant, which is in UTC. */
  | { readonly kind: 'time'; readonly precision: number; readonly timeZone: string | null }
  | { readonly kind: 'date'; readonly timeZone: string }
  | { readonly kind: 'epoch'; readonly unit: EpochUnit }
  | { readonly kind: 'id' };

/** Everything that is known of a table before it is read. */
export interface SourceTable {
  /** The key in `knexfile.ts`. */
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly formerName: string | null;
  readonly server: ServerInfo;
  readonly columns: readonly SourceColumn[];
  /** Selected after `columns`, for positions alone; no sink gets them. */
  readonly further: readonly SourceColumn[];
  /** The primary key, or the unique key that stands in for it, in key order; empty for a table that has neither. */
  readonly key: readonly SourceColumn[];
  /**
   * The columns whose values tell rows apart, in key order, all among `columns`: those of the key, or in place of one whose
   * collation finds different texts equal, the column of what it compares.
   */
  readonly identity: readonly SourceColumn[];
  /** How such columns are computed; rows that were stored under other rules cannot be matched. */
  readonly keyRules: readonly string[];
  /** The key's index; null without a key. */
  readonly keyIndex: string | null;
  readonly cursor: SourceColumn;
  readonly cursorKind: CursorKind;
  /** The cursor, then those columns of the key that are not the cursor: the order of an incremental run. */
  readonly order: readonly SourceColumn[];
  /** The index that serves the cursor, or null where there is none (only with `allowScan`). */
  readonly index: string | null;
  /** Columns that the index has before the cursor: a run reads a range for each of their values. */
  readonly skipScan: readonly SourceColumn[];
  /** The index that the table file names. */
  readonly wantedIndex: string;
  readonly rowsEstimate: number;
  readonly lookback: number;
  readonly nullCursor: NullCursorPolicy;
  readonly zeroDates: ZeroDatePolicy;
  /** Every version of a row is kept: the sink's table is a change log. */
  readonly append: boolean;
}

/** The tables as a run sees them that was asked to append, whatever the table file says. */
export function asAppended(tables: readonly SourceTable[], append: boolean): readonly SourceTable[] {
  return append ? tables.map((table) => ({ ...table, append: true })) : tables;
}
