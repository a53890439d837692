import type { ServerInfo } from '../../databases/server.ts';
import type { Mask } from '../wire/masks.ts';
import type { ReadColumn } from '../wire/read-column.ts';
import type { EpochUnit, NullCursorPolicy, TableSpec, ZeroDatePolicy } from './table-spec.ts';

/** A column that is read, as the source has it. */
export interface SourceColumn extends ReadColumn {
  /** What the SELECT list has for it: its quoted name, or an expression that reads it exactly. */
  readonly expression: string;
  readonly nullable: boolean;
  readonly mask: Mask | null;
}

/** What a cursor's values are. */
export type CursorKind =
  /** `precision`: digits of a second's fraction. `timeZone`: as CONVERT_TZ takes it; null for an instant, which is in UTC. */
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
  /** The name of its table in the sink. */
  readonly target: string;
  /** The name of the sink's table before. */
  readonly formerName: string | null;
  readonly server: ServerInfo;
  readonly columns: readonly SourceColumn[];
  /** Which columns the table file asks for. */
  readonly selection: Pick<TableSpec, 'include' | 'exclude'>;
  /** The primary key, or the unique key that stands in for it, in key order; empty for a table that has neither. */
  readonly key: readonly SourceColumn[];
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
