import type { ServerInfo } from '../../databases/server.ts';
import type { IntrospectedIndex } from '../../schema/introspect-indexes.ts';
import type { ColumnInfo, TableInfo } from '../../schema/introspect-tables.ts';

/** What a row is told by. */
export interface TableKey {
  /** In key order; empty for a table that has none. */
  readonly columns: readonly string[];
  readonly index: string | null;
  /** The index gives the rows in key order. A hash table and an index of prefixes do not. */
  readonly ordered: boolean;
}

/** Of a table whose rows nothing tells apart. */
export const NO_KEY: TableKey = { columns: [], index: null, ordered: true };

/**
 * ENUM and SET compare as text and sort as numbers, FLOAT and DOUBLE do not equal what they print: none of them can
 * say where reading goes on.
 */
const UNORDERED = new Set(['enum', 'set', 'float', 'double', 'json', 'geometry']);

export function isUnordered({ dataType }: Pick<ColumnInfo, 'dataType'>): boolean {
  return UNORDERED.has(dataType);
}

/**
 * The primary key, or what InnoDB clusters a table by that has none: a unique index without NULLs, whose columns the
 * server shows as part of the primary key (MySQL manual, "Clustered and Secondary Indexes").
 */
export function keyOf(table: TableInfo, indexes: readonly IntrospectedIndex[]): TableKey {
  if (table.primaryKey.length > 0) {
    const primary = indexes.find((index) => index.table === table.name && index.primary);
    const ordered = primary !== undefined && directionOf(primary) !== null;
    return { columns: table.primaryKey, index: 'PRIMARY', ordered };
  }
  const clustered = new Set(table.columns.filter((column) => column.clustered).map((column) => column.name));
  for (const index of indexes) {
    const columns = orderedColumns(index);
    if (columns === null || index.table !== table.name || !index.unique) continue;
    const isClustered = columns.length === clustered.size && columns.every((column) => clustered.has(column));
    if (isClustered) return { columns, index: index.name, ordered: true };
  }
  return { columns: [], index: null, ordered: false };
}

/** The order in which an index must have its columns to serve a cursor. */
interface WantedOrder {
  readonly leading: readonly string[];
  readonly cursor: string;
  readonly key: TableKey;
}

/** What an index gives to an incremental run. */
export interface ServingIndex {
  readonly name: string;
  /** Rows with one cursor value come in the order of the key; else they come in none. */
  readonly tiesOrdered: boolean;
}

/**
 * The index that serves the cursor: the one that the table file names, or another that holds the cursor in the same
 * order, for a database where it was made by hand under another name. One that orders ties comes first.
 */
export function servingIndex(
  wantedName: string,
  wanted: WantedOrder,
  place: {
    readonly table: TableInfo;
    readonly server: ServerInfo;
    readonly indexes: readonly IntrospectedIndex[];
  },
): ServingIndex | null {
  const serving = place.indexes.flatMap((index): readonly ServingIndex[] => {
    if (index.table !== place.table.name || !index.visible || !serves(index, wanted)) return [];
    return [{ name: index.name, tiesOrdered: ordersTies(index, wanted, place) }];
  });
  return (
    serving.find(({ name }) => name === wantedName) ??
    serving.find(({ tiesOrdered }) => tiesOrdered) ??
    serving[0] ??
    null
  );
}

/**
 * Why the index that the table file names does not serve the cursor although it is there; null where there is none of
 * that name, so that building it is the mend.
 */
export function indexFault(
  wantedName: string,
  { leading, cursor }: Pick<WantedOrder, 'leading' | 'cursor'>,
  indexes: readonly IntrospectedIndex[],
): string | null {
  const index = indexes.find(({ name }) => name.toLowerCase() === wantedName.toLowerCase());
  if (index === undefined) return null;
  const wanted = [...leading, cursor];
  if (index.type !== 'BTREE') return `it is a ${index.type} index, which has no order`;
  if (index.hash) {
    return 'it is a HASH index, which finds single values and no ranges: build one USING BTREE under another name';
  }
  if (!index.visible) return 'it is hidden from the optimizer: make it visible again';
  if (orderedColumns(index) === null) {
    return index.parts.some((part) => part.kind === 'column' && part.length !== null)
      ? 'it holds the beginning of a column only: build one of whole columns under another name'
      : 'it does not hold its columns in one direction: build an ascending one under another name';
  }
  return `it begins with (${orderedColumns(index)!.slice(0, wanted.length).join(', ')}), and the cursor needs (${wanted.join(', ')}): name another index, or build one under another name`;
}

/** The leading columns, the cursor, and then nothing but the rest of the key, in its order. */
function serves(index: IntrospectedIndex, wanted: WantedOrder): boolean {
  const before = [...wanted.leading, wanted.cursor];
  const columns = orderedColumns(index);
  if (columns === null || columns.length < before.length) return false;
  const order = orderOf(wanted);
  return columns.length <= order.length && columns.every((column, position) => column === order[position]);
}

/**
 * An index that has the whole key does. InnoDB lets a secondary index go on with the key by itself, in the key's own
 * direction; MariaDB cannot merge that part of the order for a partitioned table, and sorts (tested on 10.11). MyISAM,
 * Aria and MEMORY do not have it at all.
 */
function ordersTies(
  index: IntrospectedIndex,
  wanted: WantedOrder,
  { table, server, indexes }: Parameters<typeof servingIndex>[2],
): boolean {
  if (index.parts.length === orderOf(wanted).length) return true;
  if (table.engine?.toLowerCase() !== 'innodb' || !wanted.key.ordered) return false;
  if (table.partitioned && server.flavour === 'mariadb') return false;
  const clustered = indexes.find(({ table: of, name }) => of === table.name && name === wanted.key.index);
  return clustered !== undefined && directionOf(clustered) === directionOf(index);
}

function orderOf({ leading, cursor, key }: WantedOrder): readonly string[] {
  const before = [...leading, cursor];
  return [...before, ...key.columns.filter((column) => !before.includes(column))];
}

/** The columns of an index that can be read in their order, forwards or backwards; null for any other. */
function orderedColumns(index: IntrospectedIndex): readonly string[] | null {
  if (directionOf(index) === null) return null;
  return index.parts.flatMap((part) => (part.kind === 'column' ? [part.name] : []));
}

/** The one direction of an index of whole columns; null for an index that gives them in no order. */
function directionOf(index: IntrospectedIndex): 'ascending' | 'descending' | null {
  if (index.type !== 'BTREE' || index.hash) return null;
  if (!index.parts.every((part) => part.kind === 'column' && part.length === null)) return null;
  const descending = index.parts.filter((part) => part.descending).length;
  if (descending === 0) return 'ascending';
  return descending === index.parts.length ? 'descending' : null;
}
