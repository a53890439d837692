/** Dates and times that ClickHouse's Date32 and DateTime64(6) hold: those of 1900 to 2299 (ClickHouse manual, "DateTime64"). */
import { type BatchColumn, isNull } from '../../rows/column-batch.ts';

const FIRST_DAY = Date.UTC(1900, 0, 1) / 86_400_000;
const LAST_DAY = Date.UTC(2299, 11, 31) / 86_400_000;
const MICROSECONDS_A_DAY = 86_400_000_000n;
const FIRST = BigInt(FIRST_DAY) * MICROSECONDS_A_DAY;
const LAST = BigInt(LAST_DAY + 1) * MICROSECONDS_A_DAY - 1n;
/** Their upper words: of most values these tell by themselves that they are in range. */
const FIRST_HIGH = Number(FIRST >> 32n);
const LAST_HIGH = Number(LAST >> 32n);

const NONE: readonly number[] = [];

/** Rows whose value of a column is none that the engine's type holds; of a column of another type none. */
export function rowsOutOfRange(column: BatchColumn, rows: number): readonly number[] {
  if (column.type.kind === 'date') return datesOutOfRange(column, rows);
  return column.type.kind === 'timestamp' ? timesOutOfRange(column, rows) : NONE;
}

function datesOutOfRange(column: BatchColumn, rows: number): readonly number[] {
  const days = new Int32Array(column.data.buffer);
  let found: number[] | null = null;
  for (let row = 0; row < rows; row++) {
    if (days[row]! >= FIRST_DAY && days[row]! <= LAST_DAY) continue;
    if (!isNull(column, row)) (found ??= []).push(row);
  }
  return found ?? NONE;
}

function timesOutOfRange(column: BatchColumn, rows: number): readonly number[] {
  const words = new Int32Array(column.data.buffer);
  const values = new BigInt64Array(column.data.buffer);
  let found: number[] | null = null;
  for (let row = 0; row < rows; row++) {
    const high = words[2 * row + 1]!;
    if (high > FIRST_HIGH && high < LAST_HIGH) continue;
    const value = values[row]!;
    if (value >= FIRST && value <= LAST) continue;
    if (!isNull(column, row)) (found ??= []).push(row);
  }
  return found ?? NONE;
}

/** A date or time as the servers write it: `9999-12-31`, `9999-12-31 23:59:59.999999`. */
export function outOfRangeText(column: BatchColumn, row: number): string {
  if (column.type.kind === 'date') return dateText(new Int32Array(column.data.buffer)[row]! * 86_400);
  const value = new BigInt64Array(column.data.buffer)[row]!;
  const fraction = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((value - fraction) / 1_000_000n);
  const clock = new Date(seconds * 1000).toISOString().slice(-13, -5);
  return `${dateText(seconds)} ${clock}.${String(fraction).padStart(6, '0')}`;
}

/** Years of the servers have four digits, as those of ISO 8601. */
function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
