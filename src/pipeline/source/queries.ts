import { qualifiedName, quoteIdentifier } from '../../databases/identifiers.ts';
import type { Position } from '../../rows/position.ts';
import { literal, rangesAfter } from './keyset.ts';
import type { SourceColumn, SourceTable } from './source-table.ts';

/** The end of what is read: the cursor is below a bound (`<`), or up to an id (`<=`). */
export interface UpperBound {
  readonly operator: '<' | '<=';
  readonly value: string;
}

/** Part of a table in the order of its cursor. */
export interface CursorRange {
  /** Null for the beginning. */
  readonly after: Position | null;
  readonly bound: UpperBound;
}

/** One statement's share of a range. */
export interface StatementRange extends CursorRange {
  readonly limit: number;
  /** The value of the columns that the index has before the cursor; none where it leads with the cursor. */
  readonly leading?: Position;
}

/** The end of the cursor's zero dates, which sort before all others; null for a cursor that has none. */
export function zeroDates({ cursorKind: kind }: SourceTable): UpperBound | null {
  if (kind.kind === 'epoch' || kind.kind === 'id') return null;
  // A TIMESTAMP has one zero, and no year before 1970 that its index could be searched by.
  return kind.kind === 'time' && kind.timeZone === null
    ? { operator: '<=', value: '0000-00-00 00:00:00' }
    : { operator: '<', value: '0000-01-01' };
}

/** What a query says of an index: a benchmark forbids the one that an extraction forces. */
export type IndexHint = 'FORCE' | 'IGNORE' | 'USE';

/**
 * The queries that read up to `limit` rows of an incremental run after a watermark, through the cursor's index. Each
 * is one range of it; they are run one after the other until the limit is reached. In slices there is no limit: rows
 * with one cursor value come in no order, and a limit could fall between them.
 */
export function incrementalQueries(
  table: SourceTable,
  range: StatementRange,
  hint: IndexHint = 'FORCE',
): readonly string[] {
  const { order, index } = table;
  const limit = table.sliced ? null : range.limit;
  const fixed = [leadingCondition(table, range.leading), boundCondition(table, range.bound)];
  return orderedRangesAfter(order, range.after).map(({ condition, free }) =>
    select(table, { index, hint, where: all(condition, ...fixed), order: free, limit }),
  );
}

/**
 * The ranges after a position, each with those columns of the order that it does not fix by `=`. MariaDB 10.11 sorts
 * where ORDER BY names a text that is fixed to a literal (tested), so that only the others may be named.
 */
export function orderedRangesAfter(
  order: readonly SourceColumn[],
  position: Position | null,
): readonly { readonly condition: string; readonly free: readonly SourceColumn[] }[] {
  const ranges = rangesAfter(order, position);
  return ranges.map((condition, at) => ({ condition, free: order.slice(ranges.length - 1 - at) }));
}

/** The rows of a slice. */
export function sliceCondition(table: SourceTable, { after, bound }: CursorRange): string {
  const [condition = ''] = rangesAfter([table.cursor], after);
  return all(condition, boundCondition(table, bound));
}

/** A query whose plan says how many rows the server expects in a range. A forced index would keep it from looking. */
export function countingQuery(
  table: SourceTable,
  { after, bound, leading }: Omit<StatementRange, 'limit'>,
): string {
  const { cursor, order, index } = table;
  const [condition = ''] = rangesAfter(order, after);
  const where = all(leadingCondition(table, leading), condition, boundCondition(table, bound));
  return `SELECT ${quoteIdentifier(cursor.name)} FROM ${from(table, index, 'USE')} WHERE ${where}`;
}

/** The queries that find the next value of the columns that the cursor's index leads with; each reads one entry. */
export function nextLeadingQueries(table: SourceTable, after: Position | null): readonly string[] {
  const { skipScan, index } = table;
  return orderedRangesAfter(skipScan, after).map(({ condition, free }) =>
    [
      `SELECT ${skipScan.map(positionExpression).join(', ')} FROM ${from(table, index)}`,
      condition === '' ? '' : `WHERE ${condition}`,
      `ORDER BY ${names(free)} LIMIT 1`,
    ].join(' '),
  );
}

/** The query that finds the last value of the columns that the cursor's index leads with; it reads one entry. */
export function lastLeadingQuery(table: SourceTable): string {
  const { skipScan, index } = table;
  const order = skipScan.map((column) => `${quoteIdentifier(column.name)} DESC`).join(', ');
  return `SELECT ${skipScan.map(positionExpression).join(', ')} FROM ${from(table, index)} ORDER BY ${order} LIMIT 1`;
}

/** The queries that read the next `limit` rows of a snapshot in primary-key order after a position. */
export function snapshotQueries(
  table: SourceTable,
  range: { readonly after: Position | null; readonly limit: number },
): readonly string[] {
  const { key, keyIndex, cursor, nullCursor } = table;
  const known =
    cursor.nullable && nullCursor === 'ignore' ? `${quoteIdentifier(cursor.name)} IS NOT NULL` : '';
  return orderedRangesAfter(key, range.after).map(({ condition, free }) =>
    select(table, { index: keyIndex, where: all(condition, known), order: free, limit: range.limit }),
  );
}

/**
 * The queries that read the next rows whose cursor is NULL, in key order, through the cursor's index; all of them at
 * once where the table is read in slices.
 */
export function nullCursorQueries(
  table: SourceTable,
  range: Pick<StatementRange, 'after' | 'limit' | 'leading'>,
): readonly string[] {
  const { key, cursor, index, sliced } = table;
  const nulls = all(leadingCondition(table, range.leading), `${quoteIdentifier(cursor.name)} IS NULL`);
  if (sliced) {
    // A slice is one statement: when it is read, nothing of it is left.
    return range.after === null ? [select(table, { index, where: nulls, order: [], limit: null })] : [];
  }
  return orderedRangesAfter(key, range.after).map(({ condition, free }) =>
    select(table, { index, where: all(nulls, condition), order: free, limit: range.limit }),
  );
}

/**
 * The last row below a bound, as a position in the table's order: one entry of the index. With `offset`, the row so
 * many before it. With `leading`, among the rows of that value; with `after`, among those that meet this condition.
 */
export function lastPositionQuery(
  table: SourceTable,
  bound: UpperBound | null,
  among: { readonly offset?: number; readonly leading?: Position; readonly after?: string } = {},
): string {
  const { offset = 0, leading = [], after = '' } = among;
  const { cursor, order, index } = table;
  const upper = bound === null ? `${quoteIdentifier(cursor.name)} IS NOT NULL` : boundCondition(table, bound);
  return [
    `SELECT ${order.map(positionExpression).join(', ')} FROM ${from(table, index)}`,
    `WHERE ${all(leadingCondition(table, leading), after, upper)}`,
    `ORDER BY ${order.map((column) => `${quoteIdentifier(column.name)} DESC`).join(', ')} LIMIT 1 OFFSET ${offset}`,
  ].join(' ');
}

/** The first row in the order of the cursor, among those of a leading value: its cursor value. */
export function firstValueQuery(table: SourceTable, leading: Position): string {
  const cursor = quoteIdentifier(table.cursor.name);
  const where = all(leadingCondition(table, leading), `${cursor} IS NOT NULL`);
  return `SELECT ${cursor} FROM ${from(table, table.index)} WHERE ${where} ORDER BY ${cursor} LIMIT 1`;
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
    readonly limit: number | null;
  },
): string {
  const where = parts.where === '' ? '' : ` WHERE ${parts.where}`;
  const order = parts.order.length === 0 ? '' : ` ORDER BY ${names(parts.order)}`;
  const limit = parts.limit === null ? '' : ` LIMIT ${parts.limit}`;
  return `${selectClause(table)} FROM ${from(table, parts.index, parts.hint)}${where}${order}${limit}`;
}

function selectClause({ columns, further }: SourceTable): string {
  return `SELECT ${[...columns, ...further].map((column) => column.expression).join(', ')}`;
}

/** A query that `select` made, with another list of columns. */
export function withColumns(table: SourceTable, query: string, columns: readonly string[]): string {
  return `SELECT ${columns.join(', ')}${query.slice(selectClause(table).length)}`;
}

/**
 * The index is forced: for a wide range the optimizer would rather scan and sort the table, and the index that the
 * table file names is there for exactly this query.
 */
export function from(table: SourceTable, index: string | null, hint: IndexHint = 'FORCE'): string {
  const hinted = index === null ? '' : ` ${hint} INDEX (${quoteIdentifier(index)})`;
  return `${qualifiedName(table.schema, table.name)}${hinted}`;
}

/** The rows up to a bound. */
export function boundCondition({ cursor }: SourceTable, { operator, value }: UpperBound): string {
  return `${quoteIdentifier(cursor.name)} ${operator} ${literal(cursor, value)}`;
}

/** Rows of one value of the columns that the cursor's index leads with; no condition where it leads with none. */
export function leadingCondition({ skipScan }: SourceTable, leading: Position = []): string {
  return leading
    .map((value, at) => `${quoteIdentifier(skipScan[at]!.name)} = ${literal(skipScan[at]!, value)}`)
    .join(' AND ');
}

function names(columns: readonly SourceColumn[]): string {
  return columns.map((column) => quoteIdentifier(column.name)).join(', ');
}

/** Conditions as one; empty ones are none. */
export function all(...conditions: readonly string[]): string {
  return conditions.filter((condition) => condition !== '').join(' AND ');
}
