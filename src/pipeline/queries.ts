import { qualifiedName, quoteIdentifier } from '../databases/identifiers.ts';
import { literal, type Position, rangesAfter } from './keyset.ts';
import type { SourceColumn, SourceTable } from './source-table.ts';

/** The end of what is read: the cursor is below a bound (`<`), or up to an id (`<=`). */
export interface UpperBound {
  readonly operator: '<' | '<=';
  readonly value: string;
}

/** What a query says of an index: a benchmark forbids the one that an extraction forces. */
export type IndexHint = 'FORCE' | 'IGNORE';

/**
 * The queries that read up to `limit` rows of an incremental run after a watermark, through the cursor's index. Each
 * is one range of it; they are run one after the other until the limit is reached.
 */
export function incrementalQueries(
  table: SourceTable,
  range: { readonly after: Position | null; readonly bound: UpperBound; readonly limit: number },
  hint: IndexHint = 'FORCE',
): readonly string[] {
  const { cursor, order, index } = table;
  const upper = `${quoteIdentifier(cursor.name)} ${range.bound.operator} ${literal(cursor, range.bound.value)}`;
  return rangesAfter(order, range.after).map((condition) =>
    select(table, { index, hint, where: both(condition, upper), order, limit: range.limit }),
  );
}

/** The queries that read the next `limit` rows of a snapshot in primary-key order after a position. */
export function snapshotQueries(
  table: SourceTable,
  range: { readonly after: Position | null; readonly limit: number },
): readonly string[] {
  const { key, cursor, nullCursor } = table;
  const known =
    cursor.nullable && nullCursor === 'ignore' ? `${quoteIdentifier(cursor.name)} IS NOT NULL` : '';
  return rangesAfter(key, range.after).map((condition) =>
    select(table, { index: 'PRIMARY', where: both(condition, known), order: key, limit: range.limit }),
  );
}

/** The queries that read the next rows whose cursor is NULL, in primary-key order, through the cursor's index. */
export function nullCursorQueries(
  table: SourceTable,
  range: { readonly after: Position | null; readonly limit: number },
): readonly string[] {
  const { key, cursor, index } = table;
  return rangesAfter(key, range.after).map((condition) =>
    select(table, {
      index,
      where: both(`${quoteIdentifier(cursor.name)} IS NULL`, condition),
      order: key,
      limit: range.limit,
    }),
  );
}

/**
 * The last row below a bound, as a position in the table's order: one entry of the index. With `offset`, the row so
 * many before it.
 */
export function lastPositionQuery(table: SourceTable, bound: UpperBound | null, offset = 0): string {
  const { cursor, order, index } = table;
  const upper =
    bound === null ? '' : `${quoteIdentifier(cursor.name)} ${bound.operator} ${literal(cursor, bound.value)}`;
  return [
    `SELECT ${order.map(positionExpression).join(', ')} FROM ${from(table, index)}`,
    upper === '' ? `WHERE ${quoteIdentifier(cursor.name)} IS NOT NULL` : `WHERE ${upper}`,
    `ORDER BY ${order.map((column) => `${quoteIdentifier(column.name)} DESC`).join(', ')} LIMIT 1 OFFSET ${offset}`,
  ].join(' ');
}

/** A key column as it stands in a position: bytes in hex, bits as a number, everything else as the server writes it. */
export function positionExpression(column: SourceColumn): string {
  const name = quoteIdentifier(column.name);
  if (column.type.kind === 'bytes') return `CONCAT('0x', HEX(${name}))`;
  return column.type.kind === 'bits' ? `${name} + 0` : name;
}

/** A SELECT of the table's columns through an index, in order. */
export function select(
  table: SourceTable,
  parts: {
    readonly index: string | null;
    readonly hint?: IndexHint;
    readonly where: string;
    readonly order: readonly SourceColumn[];
    readonly limit: number;
  },
): string {
  const where = parts.where === '' ? '' : ` WHERE ${parts.where}`;
  return (
    `SELECT ${table.columns.map((column) => column.expression).join(', ')} FROM ${from(table, parts.index, parts.hint)}${where}` +
    ` ORDER BY ${parts.order.map((column) => quoteIdentifier(column.name)).join(', ')} LIMIT ${parts.limit}`
  );
}

/**
 * The index is forced: for a wide range the optimizer would rather scan and sort the table, and the index that the
 * table file names is there for exactly this query.
 */
export function from(table: SourceTable, index: string | null, hint: IndexHint = 'FORCE'): string {
  const hinted = index === null ? '' : ` ${hint} INDEX (${quoteIdentifier(index)})`;
  return `${qualifiedName(table.schema, table.name)}${hinted}`;
}

/** Two conditions as one; an empty one is none. */
export function both(left: string, right: string): string {
  return [left, right].filter((condition) => condition !== '').join(' AND ');
}
