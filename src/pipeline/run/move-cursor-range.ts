import { cursorSlices } from '../source/cursor-slices.ts';
import { leadingValues } from '../source/leading-values.ts';
import { type Course, type Movement, moveRows } from './move-rows.ts';
import { type CursorRange, incrementalQueries, nullCursorQueries } from '../source/queries.ts';

/**
 * Reads what lies between a position and a bound through the cursor's index, in the order (cursor, key): the order of
 * the watermark, unless the index leads with other columns. Then it is their order first, and every one of their values
 * has to be read before the watermark may move.
 */
export async function moveCursorRange(
  movement: Movement,
  { after, bound, written }: CursorRange & Pick<Course, 'written'>,
): Promise<void> {
  const { table, options } = movement.job;
  const { order, key } = table;
  const limit = options.statementRows;
  if (key.length === 0) {
    for await (const slice of cursorSlices(movement.session, table, { after, bound }, limit)) {
      const whole = incrementalQueries(table, { ...slice, limit });
      // A slice is one statement: when it is read, nothing of it is left.
      const queries: Course['queries'] = (position) => (position === slice.after ? whole : []);
      await moveRows(movement, { order, after: slice.after, queries, written });
    }
    return;
  }
  for (const leading of await leadingValues(movement.session, table)) {
    const queries: Course['queries'] = (position) =>
      incrementalQueries(table, { after: position, bound, limit, leading });
    await moveRows(movement, { order, after, queries, written });
  }
}

/** Reads the rows whose cursor is NULL. Nothing is committed in between: they have no place in the cursor's order. */
export async function moveNullCursors(movement: Movement): Promise<void> {
  const { table, options } = movement.job;
  const limit = options.statementRows;
  for (const leading of await leadingValues(movement.session, table)) {
    await moveRows(movement, {
      order: table.key,
      after: null,
      queries: (after) => nullCursorQueries(table, { after, limit, leading }),
      written: async () => {},
    });
  }
}
