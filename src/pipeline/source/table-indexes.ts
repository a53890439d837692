import type { IntrospectedIndex } from '../../schema/introspect-indexes.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';

/** What a row is told by. */
export interface TableKey {
  /** In key order; empty for a table that has none. */
  readonly columns: readonly string[];
  readonly index: string | null;
}

/**
 * The primary key, or what InnoDB clusters a table by that has none: a unique index without NULLs, whose columns the
 * server shows as part of the primary key (MySQL manual, "Clustered and Secondary Indexes").
 */
export function keyOf(table: TableInfo, indexes: readonly IntrospectedIndex[]): TableKey {
  if (table.primaryKey.length > 0) return { columns: table.primaryKey, index: 'PRIMARY' };
  const clustered = new Set(table.columns.filter((column) => column.clustered).map((column) => column.name));
  for (const index of indexes) {
    const columns = wholeColumns(index);
    if (columns === null || index.table !== table.name || !index.unique || index.type !== 'BTREE') continue;
    const isClustered = columns.length === clustered.size && columns.every((column) => clustered.has(column));
    if (isClustered) return { columns, index: index.name };
  }
  return { columns: [], index: null };
}

/** The order in which an index must have its columns to serve a cursor. */
interface WantedOrder {
  readonly leading: readonly string[];
  readonly cursor: string;
  readonly key: readonly string[];
}

/**
 * The index that serves the cursor: the one that the table file names, or another that holds the cursor in the same
 * order, for a database where it was made by hand under another name.
 */
export function servingIndex(
  wantedName: string,
  wanted: WantedOrder,
  indexes: readonly IntrospectedIndex[],
): string | null {
  const serving = indexes.filter((index) => index.visible && index.type === 'BTREE' && serves(index, wanted));
  return (serving.find((index) => index.name === wantedName) ?? serving[0])?.name ?? null;
}

/** A secondary index goes on with the key by itself (InnoDB), so it need not have all of it. */
function serves(index: IntrospectedIndex, { leading, cursor, key }: WantedOrder): boolean {
  const before = [...leading, cursor];
  const order = [...before, ...key.filter((column) => !before.includes(column))];
  const columns = wholeColumns(index);
  if (columns === null || columns.length < before.length) return false;
  return columns.length <= order.length && columns.every((column, position) => column === order[position]);
}

/** The columns of an index that has them whole and ascending; null for any other. */
function wholeColumns(index: IntrospectedIndex): readonly string[] | null {
  const columns = index.parts.flatMap((part) =>
    part.kind === 'column' && part.length === null && !part.descending ? [part.name] : [],
  );
  return columns.length === index.parts.length ? columns : null;
}
