import type { Session } from '../databases/session.ts';
import { UsageError } from '../errors.ts';
import { literal, type Position } from './keyset.ts';
import { lastPositionQuery, type UpperBound } from './queries.ts';
import type { ExtractOptions } from './options.ts';
import type { SourceTable } from './source-table.ts';

/** The last row below a bound in the order of the cursor, or of all rows, or the row `offset` before it; null for none. */
export async function lastPosition(
  session: Session,
  table: SourceTable,
  bound: UpperBound | null,
  offset = 0,
): Promise<Position | null> {
  const rows = await session.query<Readonly<Record<string, unknown>>>(
    lastPositionQuery(table, bound, offset),
    [],
    {
      rowsAsArray: false,
    },
  );
  const row = rows[0];
  return row === undefined ? null : Object.values(row).map(String);
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
  return [String(await session.value(`SELECT ${earlier(table, value, lookback)}`))];
}

/**
 * Where a run starts: at `--start`, or at the watermark less the lookback; null for the beginning. An attempt after a
 * lost connection goes on from the watermark that was committed by then.
 */
export async function startPosition(
  session: Session,
  job: { readonly table: SourceTable; readonly options: Pick<ExtractOptions, 'start'> },
  from: { readonly watermark: Position | null; readonly lookback: number; readonly firstAttempt: boolean },
): Promise<Position | null> {
  const { start } = job.options;
  if (start !== null && from.firstAttempt) return [await cursorValue(session, job.table, start, '--start')];
  return from.watermark === null ? null : positionBefore(session, job.table, from.watermark, from.lookback);
}

/** Whether a position is at or after another one of the same table, by the cursor alone. */
export function isAtOrAfter(table: SourceTable, left: Position, right: Position): boolean {
  const integer = table.cursorKind.kind === 'epoch' || table.cursorKind.kind === 'id';
  // Times of one column all have the same length, so their text sorts as they do.
  return integer ? BigInt(left[0]!) >= BigInt(right[0]!) : left[0]! >= right[0]!;
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
  if (kind.kind === 'epoch' || kind.kind === 'id') {
    if (/^-?\d+$/.test(value)) return value;
  } else {
    const type = kind.kind === 'date' ? 'DATE' : `DATETIME(${kind.precision})`;
    const written = /^\d{4}-\d{2}-\d{2}/.test(value)
      ? await session.value<string>(`SELECT CAST(CAST(? AS ${type}) AS CHAR)`, [value])
      : null;
    if (written !== null) return written;
  }
  throw new UsageError(`${option}: "${value}" is no value of ${table.name}.${table.cursor.name}`, {
    hint:
      kind.kind === 'id' || kind.kind === 'epoch'
        ? 'give an integer'
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
      return `CAST(${value} AS SIGNED) - ${lookback * { seconds: 1, milliseconds: 1000, microseconds: 1_000_000 }[kind.unit]}`;
    case 'id':
      return `GREATEST(CAST(${value} AS DECIMAL(20)) - ${lookback}, 0)`;
  }
}
