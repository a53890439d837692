import { explain } from '../../databases/explain-plan.ts';
import type { Session } from '../../databases/session.ts';
import { type CursorRange, countingQuery } from './queries.ts';
import { firstValue, isAtOrAfter, lastPosition, middleValue } from './source-positions.ts';
import type { SourceTable } from './source-table.ts';

/** Halvings after which a slice is read whatever the server expects of it. */
const DEEPEST = 24;

/**
 * Cuts what lies between a position and a bound into slices that end at whole cursor values, for a table without a key:
 * a LIMIT could end between two rows with the same value, and nothing could say which of them was read. A slice is
 * halved until the server expects no more than `rows` rows in it (an estimate from the index, which costs no reading),
 * or until it is one value.
 */
export async function* cursorSlices(
  session: Session,
  table: SourceTable,
  { after, bound }: CursorRange,
  rows: number,
): AsyncGenerator<CursorRange> {
  const last = await lastPosition(session, table, bound);
  if (last === null || (after !== null && isAtOrAfter(table, after, last))) return;
  yield* halve({ after, bound: { operator: '<=', value: last[0]! } }, 0);

  async function* halve(slice: CursorRange, depth: number): AsyncGenerator<CursorRange> {
    const middle = depth < DEEPEST && (await expected(slice)) > rows ? await middleOf(slice) : null;
    if (middle === null) {
      yield slice;
      return;
    }
    yield* halve({ after: slice.after, bound: { operator: '<=', value: middle } }, depth + 1);
    yield* halve({ after: [middle], bound: slice.bound }, depth + 1);
  }

  async function expected(slice: CursorRange): Promise<number> {
    // Without the index every estimate is the whole table.
    if (table.index === null) return 0;
    return (await explain(session, countingQuery(table, slice)))?.rowsEstimated ?? 0;
  }

  async function middleOf({ after: low, bound: high }: CursorRange): Promise<string | null> {
    const from = low?.[0] ?? (await firstValue(session, table));
    return from === null ? null : middleValue(session, table, from, high.value);
  }
}
