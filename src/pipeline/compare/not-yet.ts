import { quoteIdentifier } from '../../databases/identifiers.ts';
import { literal, rangesAfter } from '../source/keyset.ts';
import { all, nullCursorQueries, select } from '../source/queries.ts';
import type { Pages } from './read-pages.ts';
import type { TableState } from '../../sinks/sink.ts';
import type { SourceTable } from '../source/source-table.ts';

/** Where the rows begin that no run has loaded yet, by their cursor; null where every row counts as loaded. */
export interface NotYet {
  readonly operator: '>=' | '>';
  readonly value: string;
}

/** Rows at or after the last run's bound were not loaded; for an id, those after the watermark. */
export function notYetOf(table: SourceTable, state: TableState): NotYet | null {
  if (table.cursorKind.kind !== 'id')
    return state.bound === null ? null : { operator: '>=', value: state.bound };
  return state.watermark === null ? null : { operator: '>', value: state.watermark[0]! };
}

/** Selects the source's rows that a run has loaded. A NULL cursor is loaded anew by every run, and not compared. */
export function loadedCondition({ cursor, nullCursor }: SourceTable, notYet: NotYet | null): string {
  const name = quoteIdentifier(cursor.name);
  if (notYet === null) return cursor.nullable && nullCursor === 'ignore' ? `${name} IS NOT NULL` : '';
  return `${name} ${notYet.operator === '>' ? '<=' : '<'} ${literal(cursor, notYet.value)}`;
}

/** What is read of rows that are not loaded yet: the cursor and what tells rows apart. */
export function notYetColumns(table: SourceTable): Pick<SourceTable, 'columns' | 'further'> {
  const { cursor, key, identity } = table;
  const columns = [cursor, ...identity.filter((column) => column !== cursor)];
  return { columns, further: key.filter((column) => !columns.includes(column)) };
}

/**
 * The rows that are not loaded yet, of which the sink may have earlier versions, with the columns of `notYetColumns`:
 * read through the cursor's index, or in key order where there is none that leads with it.
 */
export function notYetScans(table: SourceTable, notYet: NotYet, limit: number): readonly Pages[] {
  const { cursor, key, keyIndex, order, index, nullCursor, skipScan } = table;
  const positions = { ...table, ...notYetColumns(table) };
  const name = quoteIdentifier(cursor.name);
  const later = `${name} ${notYet.operator} ${literal(cursor, notYet.value)}`;
  const withNulls = nullCursor !== 'ignore';
  const scan = (
    course: { readonly order: typeof key; readonly index: string | null },
    where: string,
  ): Pages => ({
    order: course.order,
    after: null,
    limit,
    queries: (after) =>
      rangesAfter(course.order, after).map((range) =>
        select(positions, { ...course, where: all(range, where), limit }),
      ),
  });
  if (index === null || skipScan.length > 0) {
    return [scan({ order: key, index: keyIndex }, withNulls ? `(${later} OR ${name} IS NULL)` : later)];
  }
  const nulls: Pages = {
    order: key,
    after: null,
    limit,
    queries: (after) => nullCursorQueries(positions, { after, limit }),
  };
  return [scan({ order, index }, later), ...(withNulls ? [nulls] : [])];
}
