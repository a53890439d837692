import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { literal } from '../source/keyset.ts';
import { leadingValues } from '../source/leading-values.ts';
import {
  all,
  leadingCondition,
  nullCursorQueries,
  orderedRangesAfter,
  select,
  type UpperBound,
} from '../source/queries.ts';
import type { Pages } from './read-pages.ts';
import type { TableState } from '../../sinks/sink.ts';
import { readsNullCursors, type SourceTable } from '../source/source-table.ts';

/** Where the rows begin that no run has loaded yet, by their cursor; null where every row counts as loaded. */
export interface NotYet {
  readonly operator: '>=' | '>';
  readonly value: string;
}

/** Rows at or after the last run's bound were not loaded; for an id, those after the watermark. */
export function notYetOf(table: SourceTable, state: TableState): NotYet | null {
  // Without a cursor nothing says what is not loaded yet: every row is compared.
  if (table.cursorKind.kind === 'none') return null;
  if (table.cursorKind.kind !== 'id')
    return state.bound === null ? null : { operator: '>=', value: state.bound };
  return state.watermark === null ? null : { operator: '>', value: state.watermark[0]! };
}

/** Where the rows end that are loaded. */
export function boundOf(notYet: NotYet | null): UpperBound | null {
  return notYet && { operator: notYet.operator === '>' ? '<=' : '<', value: notYet.value };
}

/** Selects the source's rows that a run has loaded. A NULL cursor is reloaded by every run, and not compared. */
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
 * read through the cursor's index, or in key order where there is none.
 */
export async function notYetScans(
  session: Session,
  table: SourceTable,
  notYet: NotYet,
  limit: number,
): Promise<readonly Pages[]> {
  const { cursor, key, keyIndex, order, index } = table;
  const positions = { ...table, ...notYetColumns(table) };
  const name = quoteIdentifier(cursor.name);
  const later = `${name} ${notYet.operator} ${literal(cursor, notYet.value)}`;
  const withNulls = readsNullCursors(table);
  if (index === null) {
    const where = withNulls ? `(${later} OR ${name} IS NULL)` : later;
    return [pagesOf(positions, { order: key, index: keyIndex, limit }, where)];
  }
  return (await leadingValues(session, table)).flatMap((leading): readonly Pages[] => {
    const where = all(leadingCondition(table, leading), later);
    const nulls: Pages = {
      table,
      order: key,
      after: null,
      limit,
      queries: (after) => nullCursorQueries(positions, { after, limit, leading }),
    };
    return [pagesOf(positions, { order, index, limit }, where), ...(withNulls ? [nulls] : [])];
  });
}

/** Rows that meet a condition; in one statement where the table is read in slices, since a page could cut a value. */
function pagesOf(
  table: SourceTable,
  course: { readonly order: SourceTable['order']; readonly index: string | null; readonly limit: number },
  where: string,
): Pages {
  const { order, index, limit } = course;
  if (table.sliced) {
    const whole = select(table, { index, where, order: [], limit: null });
    return { table, order: [], after: null, limit, queries: (after) => (after === null ? [whole] : []) };
  }
  return {
    table,
    order,
    after: null,
    limit,
    queries: (after) =>
      orderedRangesAfter(order, after).map(({ condition, free }) =>
        select(table, { index, order: free, where: all(condition, where), limit }),
      ),
  };
}
