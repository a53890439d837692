import type { Position } from '../../rows/position.ts';
import { cursorSlices } from '../source/cursor-slices.ts';
import { leadingValues } from '../source/leading-values.ts';
import { type Course, type Movement, moveRows } from './move-rows.ts';
import {
  boundCondition,
  type CursorRange,
  from,
  incrementalQueries,
  nullCursorQueries,
  zeroDates,
} from '../source/queries.ts';

/**
 * Reads what lies between a position and a bound through the cursor's index, in the order (cursor, key): the order of
 * the watermark, unless the index leads with other columns. Then it is their order first, and every one of their values
 * has to be read before the watermark may move.
 */
export async function moveCursorRange(
  movement: Movement,
  { after, bound, written }: CursorRange & Pick<Course, 'written'>,
): Promise<void> {
  const { table } = movement.job;
  const { order } = table;
  for (const leading of await leadingValues(movement.session, table)) {
    if (table.sliced) {
      await moveSlices(movement, { after, bound, leading, written });
      continue;
    }
    const queries: Course['queries'] = (position, limit) =>
      incrementalQueries(table, { after: position, bound, limit, leading });
    await moveRows(movement, { order, after, queries, written });
  }
}

async function moveSlices(
  movement: Movement,
  range: CursorRange & Pick<Course, 'written'> & { readonly leading: Position },
): Promise<void> {
  const { job, session, snapshot, size } = movement;
  const { table } = job;
  const { leading, written } = range;
  // The sizes are looked up in a snapshot as well: an estimate takes the table's metadata lock.
  await snapshot.hold();
  for await (const slice of cursorSlices(session, table, { ...range, rows: () => size.rows })) {
    const whole = incrementalQueries(table, { ...slice, leading, limit: size.rows });
    // A slice is one statement: when it is read, nothing of it is left.
    const queries: Course['queries'] = (position) => (position === slice.after ? whole : []);
    await moveRows(movement, { order: table.order, after: slice.after, queries, written });
  }
}

/** Reads the rows whose cursor is NULL. Nothing is committed in between: they have no place in the cursor's order. */
export async function moveNullCursors(movement: Movement): Promise<void> {
  const { table } = movement.job;
  for (const leading of await leadingValues(movement.session, table)) {
    await moveRows(movement, {
      order: table.key,
      after: null,
      queries: (after, limit) => nullCursorQueries(table, { after, limit, leading }),
      written: async () => {},
    });
  }
}

/** Counts the zero dates of a cursor that is kept as text, for a load, which reads them among all rows. */
export async function countZeroCursors({ job, session, progress }: Movement): Promise<void> {
  const { table } = job;
  const { cursor, index } = table;
  const bound = zeroDates(table);
  if (bound === null || cursor.type.kind !== 'text' || index === null) return;
  const where = boundCondition(table, bound);
  const count = await session.value(`SELECT COUNT(*) FROM ${from(table, index)} WHERE ${where}`);
  progress.pending.nullCursors += Number(count);
  progress.pending.enforcePolicies();
}

/**
 * Reads the rows whose cursor is a zero date. They sort before every watermark, so what is inserted later would never be
 * read: like NULL, a zero date has no place in the cursor's order. One entry of the index where there are none.
 */
export async function moveZeroCursors(movement: Movement): Promise<void> {
  const { table } = movement.job;
  const bound = table.nullCursor === 'ignore' ? null : zeroDates(table);
  if (bound === null) return;
  const { pending } = movement.progress;
  const before = pending.rows;
  await moveCursorRange(movement, { after: null, bound, written: async () => {} });
  // Kept as text, a zero date is no NULL that would have been counted.
  if (table.cursor.type.kind !== 'text') return;
  pending.nullCursors += pending.rows - before;
  pending.enforcePolicies();
}
