import { quoteIdentifier } from '../databases/identifiers.ts';
import { literal, rangesAfter } from './keyset.ts';
import { both, nullCursorQueries, select } from './queries.ts';
import type { Pages } from './read-pages.ts';
import type { TableState } from './sink.ts';
import type { SourceTable } from './source-table.ts';

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

/**
 * The rows that are not loaded yet, of which the sink may have earlier versions: their positions, read through the
 * cursor's index, or in key order where there is none.
 */
export function notYetScans(table: SourceTable, notYet: NotYet, limit: number): readonly Pages[] {
  const { cursor, key, order, index, nullCursor } = table;
  const positions = { ...table, columns: order };
  const later = `${quoteIdentifier(cursor.name)} ${notYet.operator} ${literal(cursor, notYet.value)}`;
  const course = index === null ? { order: key, index: 'PRIMARY' } : { order, index };
  const scan: Pages = {
    order: course.order,
    after: null,
    limit,
    queries: (after) =>
      rangesAfter(course.order, after).map((range) =>
        select(positions, { ...course, where: both(range, later), limit }),
      ),
  };
  if (nullCursor === 'ignore') return [scan];
  const nulls: Pages = {
    order: key,
    after: null,
    limit,
    queries: (after) => nullCursorQueries(positions, { after, limit }),
  };
  return [scan, nulls];
}
