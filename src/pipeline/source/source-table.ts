import type { ServerInfo } from '../../databases/server.ts';
import type { Mask } from '../wire/masks.ts';
import type { ReadColumn } from '../wire/read-column.ts';
import type { EpochUnit, NullCursorPolicy, Strategy, TableSpec, ZeroDatePolicy } from './table-spec.ts';

/** A column that is read, as the source has it. */
export interface SourceColumn extends ReadColumn {
  /** What the SELECT list has for it: its quoted name, or an expression that reads it exactly. */
  readonly expression: string;
  readonly nullable: boolean;
  readonly mask: Mask | null;
  /** A type whose values may have megabytes (TEXT, BLOB, JSON, geometries). */
  readonly long?: boolean;
  /** The character set that bytes of a text are in, where it is compared by its bytes. */
  readonly characterSet?: string;
}

/** What a cursor's values are. */
export type CursorKind =
  /** `precision`: digits of a second's fraction. `timeZone`: as CONVERT_TZ takes it; null for an instant, which is in UTC. */
  | { readonly kind: 'time'; readonly precision: number; readonly timeZone: string | null }
  | { readonly kind: 'date'; readonly timeZone: string }
  /** `scale`: digits of a DECIMAL's fraction, 0 for an integer. */
  | { readonly kind: 'epoch'; readonly unit: EpochUnit; readonly scale: number }
  | { readonly kind: 'id' }
  /** The table is moved whole or compared: it has none. */
  | { readonly kind: 'none' };

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
  readonly strategy: Strategy;
  readonly columns: readonly SourceColumn[];
  /** Selected after `columns`, for positions alone; no sink gets them. */
  readonly further: readonly SourceColumn[];
  /** Which columns the table file asks for. */
  readonly selection: Pick<TableSpec, 'include' | 'exclude'>;
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
  /** The key's index gives the rows in key order, so that a load can be cut anywhere and go on. */
  readonly keyOrdered: boolean;
  readonly cursor: SourceColumn;
  readonly cursorKind: CursorKind;
  /**
   * What a watermark has values of, the order of an incremental run: the cursor, then those columns of the key that are
   * not the cursor. The cursor alone where the table is read in slices.
   */
  readonly order: readonly SourceColumn[];
  /**
   * Rows with one cursor value come in no order: there is no key, or the index does not hold it. They are read in slices
   * of whole cursor values.
   */
  readonly sliced: boolean;
  /** The index that serves the cursor, or null where there is none (only with `allowScan`). */
  readonly index: string | null;
  /** Why the index that the table file names does not serve the cursor although it is there; else null. */
  readonly indexFault: string | null;
  /** As the server names it, such as `InnoDB`. */
  readonly engine: string;
  /** Columns that the index has before the cursor: a run reads a range for each of their values. */
  readonly skipScan: readonly SourceColumn[];
  /** The index that the table file names; empty where it names none. */
  readonly wantedIndex: string;
  /** When the server made the table or last rebuilt it; null for a view. */
  readonly created: string | null;
  readonly rowsEstimate: number;
  /** By the server's estimates, in its storage; null where it has none. */
  readonly bytesPerRow: number | null;
  readonly lookback: number;
  /** For rows whose cursor is NULL, or a zero date. */
  readonly nullCursor: NullCursorPolicy;
  readonly zeroDates: ZeroDatePolicy;
  /** Every version of a row is kept: the sink's table is a change log. */
  readonly append: boolean;
}

/** The cursor, then those columns of the key that are not the cursor. */
export function cursorAndKey({ cursor, key }: Pick<SourceTable, 'cursor' | 'key'>): readonly SourceColumn[] {
  return [cursor, ...key.filter((column) => column !== cursor)];
}

/** The engines that have snapshots and roll back; MyISAM, Aria, MEMORY, CSV, ARCHIVE and others have neither. */
const TRANSACTIONAL = new Set(['innodb', 'rocksdb', 'tokudb', 'ndbcluster']);

export function isTransactional({ engine }: Pick<SourceTable, 'engine'>): boolean {
  // A view has none.
  return engine === '' || TRANSACTIONAL.has(engine.toLowerCase());
}

/**
 * Whether a load must see the table as it was at one moment. A load in key order need not: a row that changes meanwhile
 * is stamped at or after the bound and read again. One in the order of the cursor could read a row twice, or a change
 * log a version that never was beside the others.
 */
export function needsOneSnapshot(table: SourceTable): boolean {
  return isTransactional(table) && (table.append || !table.keyOrdered);
}

/** Whether there may be rows without a cursor value that a run is to read. */
export function readsNullCursors({
  cursor,
  nullCursor,
}: Pick<SourceTable, 'cursor' | 'nullCursor'>): boolean {
  return cursor.nullable && nullCursor !== 'ignore';
}
