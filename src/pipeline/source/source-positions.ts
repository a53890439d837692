import type { Row, Session } from '../../databases/session.ts';
import { UsageError } from '../../errors.ts';
import type { Position } from '../../rows/position.ts';
import { literal, rangesAfter } from './keyset.ts';
import { leadingValues } from './leading-values.ts';
import { firstValueQuery, lastPositionQuery, type UpperBound } from './queries.ts';
import { WIDEST_DECIMAL } from '../../rows/column-type.ts';
import { fromSteps, toSteps } from './scaled-number.ts';
import type { CursorKind, SourceTable } from './source-table.ts';

/**
 * The last row below a bound in the order of the cursor, or of all rows, or the row `offset` before it; null for none.
 * Where the index leads with other columns, the last of all their values (with `offset`, of the rows so far before).
 */
export async function lastPosition(
  session: Session,
  table: SourceTable,
  bound: UpperBound | null,
  offset = 0,
): Promise<Position | null> {
  let last: Position | null = null;
  for (const leading of await leadingValues(session, table)) {
    // The widest range first: what it has is later than the ties of the last one so far.
    const ranges: readonly string[] = rangesAfter(table.order, last);
    for (const after of ranges.toReversed()) {
      const [row]: readonly Row[] = await session.query(
        lastPositionQuery(table, bound, { offset, leading, after }),
      );
      if (row === undefined) continue;
      last = Object.values(row).map(String);
      break;
    }
  }
  return last;
}

/** The first cursor value there is among the rows of a leading value, or null for none. */
export async function firstValue(
  session: Session,
  table: SourceTable,
  leading: Position,
): Promise<string | null> {
  const value = await session.value(firstValueQuery(table, leading));
  return value === null ? null : String(value);
}

/** The last cursor value below a bound among the rows of a leading value, or null for none. */
export async function lastValue(
  session: Session,
  table: SourceTable,
  bound: UpperBound,
  leading: Position,
): Promise<string | null> {
  const value = await session.value(lastPositionQuery(table, bound, { leading }));
  return value === null ? null : String(value);
}

/** A cursor value between two, or null if there is none. */
export async function middleValue(
  session: Session,
  table: SourceTable,
  low: string,
  high: string,
): Promise<string | null> {
  const middle = await computeMiddle(session, table, low, high);
  const isBetween =
    middle !== null && !isAtOrAfter(table, [low], [middle]) && !isAtOrAfter(table, [middle], [high]);
  return isBetween ? middle : null;
}

async function computeMiddle(
  session: Session,
  { cursor, cursorKind: kind }: SourceTable,
  low: string,
  high: string,
): Promise<string | null> {
  const [from, to] = [literal(cursor, low), literal(cursor, high)];
  switch (kind.kind) {
    case 'time':
      return session.value<string>(
        `SELECT CAST(CAST(CAST(${from} AS DATETIME(6)) + INTERVAL (TIMESTAMPDIFF(MICROSECOND, ${from}, ${to}) DIV 2) MICROSECOND
           AS DATETIME(${kind.precision})) AS CHAR)`,
      );
    case 'date':
      return session.value<string>(
        `SELECT CAST(CAST(${from} AS DATE) + INTERVAL (DATEDIFF(${to}, ${from}) DIV 2) DAY AS CHAR)`,
      );
    case 'epoch':
    case 'none':
    case 'id': {
      const scale = scaleOf(kind);
      return fromSteps((toSteps(low, scale) + toSteps(high, scale)) / 2n, scale);
    }
  }
}

/**
 * The position before every row whose cursor is at or after a value; null for the beginning. Where the cursor alone is
 * the order, a bare value stands for the rows that have it, so the position is the value before.
 */
export async function positionAt(
  session: Session,
  table: SourceTable,
  value: string,
): Promise<Position | null> {
  if (table.order.length > 1) return [value];
  const before = await valueBefore(session, table, value);
  return before === null ? null : [before];
}

/** The largest value of the cursor's type that is smaller than another one, or null for none. */
async function valueBefore(
  session: Session,
  { cursor, cursorKind: kind }: SourceTable,
  value: string,
): Promise<string | null> {
  switch (kind.kind) {
    case 'time': {
      const step = 10 ** (6 - kind.precision);
      return session.value<string>(
        `SELECT CAST(CAST(CAST(${literal(cursor, value)} AS DATETIME(6)) - INTERVAL ${step} MICROSECOND AS DATETIME(${kind.precision})) AS CHAR)`,
      );
    }
    case 'date':
      return session.value<string>(
        `SELECT CAST(CAST(${literal(cursor, value)} AS DATE) - INTERVAL 1 DAY AS CHAR)`,
      );
    case 'epoch':
    case 'none':
    case 'id': {
      const scale = scaleOf(kind);
      const steps = toSteps(value, scale);
      const signed = cursor.type.kind !== 'integer' || cursor.type.signed;
      return signed || steps > 0n ? fromSteps(steps - 1n, scale) : null;
    }
  }
}

/**
 * Where reading starts for a watermark and a lookback: so far before the watermark's cursor value. Seconds for a time,
 * ids for an id; the server computes it, in the column's own form.
 */
export async function positionBefore(
  session: Session,
  table: SourceTable,
  watermark: Position,
  lookback: number,
): Promise<Position> {
  if (lookback === 0) return watermark;
  const value = literal(table.cursor, watermark[0]!);
  const before = await session.value(`SELECT ${earlier(table, value, lookback)}`);
  // Before a zero date there is nothing.
  return before === null ? watermark : [String(before)];
}

/**
 * Where a run starts: at `--start`, or at the watermark less the lookback; null for the beginning. An attempt after a
 * lost connection goes on from the watermark that was committed by then.
 */
export async function startPosition(
  session: Session,
  job: { readonly table: SourceTable; readonly options: { readonly start: string | null } },
  from: { readonly watermark: Position | null; readonly lookback: number; readonly firstAttempt: boolean },
): Promise<Position | null> {
  const { start } = job.options;
  if (start !== null && from.firstAttempt) {
    return positionAt(session, job.table, await cursorValue(session, job.table, start, '--start'));
  }
  if (from.watermark === null) return null;
  const { table } = job;
  // In slices a value stands for all of its rows, and of this one's the watermark has some: read it again.
  const ofKey = from.watermark.length > table.order.length;
  const watermark = ofKey ? await positionAt(session, table, from.watermark[0]!) : from.watermark;
  return watermark === null ? null : positionBefore(session, table, watermark, from.lookback);
}

/** Whether a position is at or after another one of the same table, by the cursor alone. */
export function isAtOrAfter(table: SourceTable, left: Position, right: Position): boolean {
  const kind = table.cursorKind;
  // Times of one column all have the same length, so their text sorts as they do.
  if (kind.kind === 'time' || kind.kind === 'date') return left[0]! >= right[0]!;
  const scale = scaleOf(kind);
  return toSteps(left[0]!, scale) >= toSteps(right[0]!, scale);
}

/** Digits of the fraction of a cursor that is a number. */
function scaleOf(kind: CursorKind): number {
  return kind.kind === 'epoch' ? kind.scale : 0;
}

/**
 * A cursor value that a person gave, in the form in which the server writes values of that column. Throws a UsageError
 * for what is none.
 */
export async function cursorValue(
  session: Session,
  table: SourceTable,
  value: string,
  option: string,
): Promise<string> {
  const kind = table.cursorKind;
  if (kind.kind === 'none') {
    throw new UsageError(`${option}: ${table.name} has no cursor (strategy: '${table.strategy}')`, {
      hint: 'leave it out: name the other tables with --table',
    });
  }
  if (kind.kind === 'epoch' || kind.kind === 'id') {
    const scale = scaleOf(kind);
    const number = /^-?\d+(?:\.(\d+))?$/.exec(value);
    if (number !== null && (number[1] ?? '').length <= scale) return fromSteps(toSteps(value, scale), scale);
  } else {
    const type = kind.kind === 'date' ? 'DATE' : `DATETIME(${kind.precision})`;
    const written = /^\d{4}-\d{2}-\d{2}/.test(value)
      ? await session.value<string>(`SELECT CAST(CAST(? AS ${type}) AS CHAR)`, [value])
      : null;
    if (written !== null) return written;
  }
  throw new UsageError(`${option}: "${value}" is not a valid value for ${table.name}.${table.cursor.name}`, {
    hint:
      kind.kind === 'id' || kind.kind === 'epoch'
        ? 'give a number'
        : 'give a time such as "2025-12-14 08:53:04"',
  });
}

function earlier(table: SourceTable, value: string, lookback: number): string {
  const kind = table.cursorKind;
  switch (kind.kind) {
    case 'time':
      return `CAST(CAST(${value} AS DATETIME(${kind.precision})) - INTERVAL ${lookback} SECOND AS CHAR)`;
    case 'date':
      return `CAST(CAST(${value} AS DATE) - INTERVAL ${Math.ceil(lookback / 86_400)} DAY AS CHAR)`;
    case 'epoch':
      return `${value} - ${lookback * { seconds: 1, milliseconds: 1000, microseconds: 1_000_000 }[kind.unit]}`;
    case 'none':
    case 'id':
      return `GREATEST(CAST(${value} AS DECIMAL(${WIDEST_DECIMAL})) - ${lookback}, 0)`;
  }
}
