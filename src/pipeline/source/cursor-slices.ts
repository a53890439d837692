import { explain } from '../../databases/explain-plan.ts';
import type { Session } from '../../databases/session.ts';
import type { Position } from '../../rows/position.ts';
import { type CursorRange, countingQuery } from './queries.ts';
import { firstValue, isAtOrAfter, lastValue, middleValue } from './source-positions.ts';
import type { SourceTable } from './source-table.ts';

/** Halvings after which a slice is read whatever the server expects of it. */
const DEEPEST = 24;

/** What is cut, and into slices of how many rows at most: asked for each slice, since a sink may turn out to be slow. */
interface Cut extends CursorRange {
  readonly leading: Position;
  readonly rows: () => number;
}

/**
 * Cuts what lies between a position and a bound into slices that end at whole cursor values, for a table whose rows with
 * one value come in no order: a LIMIT could end between two of them, and nothing could say which of them was read. A
 * slice is halved until the server expects no more than so many rows in it (an estimate from the index, which costs no
 * reading), or until it is one value.
 */
export async function* cursorSlices(
  session: Session,
  table: SourceTable,
  { after, bound, leading, rows }: Cut,
): AsyncGenerator<CursorRange> {
  const last = await lastValue(session, table, bound, leading);
  if (last === null || (after !== null && isAtOrAfter(table, after, [last]))) return;
  yield* halve({ after, bound: { operator: '<=', value: last } }, 0);

  async function* halve(slice: CursorRange, depth: number): AsyncGenerator<CursorRange> {
    const middle = depth < DEEPEST && (await expected(slice)) > rows() ? await middleOf(slice) : null;
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
    return (await explain(session, countingQuery(table, { ...slice, leading })))?.rowsEstimated ?? 0;
  }

  async function middleOf({ after: low, bound: high }: CursorRange): Promise<string | null> {
    const from = low?.[0] ?? (await firstValue(session, table, leading));
    return from === null ? null : middleValue(session, table, from, high.value);
  }
}
