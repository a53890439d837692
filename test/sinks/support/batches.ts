import { type BatchColumn, BATCH_ROWS, ColumnBatch } from '../../../src/rows/column-batch.ts';
import type { TargetColumn } from '../../../src/sinks/sink.ts';
import { microseconds, type Value } from './values.ts';

export type Row = Readonly<Record<string, Value>>;

/** Takes batches: a writer, or a comparer's `write` or `exclude`. */
type Take = (batch: ColumnBatch) => Promise<void>;

const MICROSECONDS_A_DAY = 86_400_000_000n;
/** Bytes that no value of the tests has. */
const RUBBISH = 0xe7;

/**
 * Gives rows to a sink, batch after batch. A batch that comes back is filled with rubbish, so that a sink which goes on
 * reading from it stores that. Returns how many have not come back yet.
 */
export async function giveRows(
  take: Take,
  columns: readonly TargetColumn[],
  rows: readonly Row[],
  rowsPerBatch = BATCH_ROWS,
): Promise<() => number> {
  let out = 0;
  const types = columns.map(({ type }) => type);
  for (let start = 0; start < rows.length; start += rowsPerBatch) {
    const batch = new ColumnBatch(types, (released) => {
      out -= 1;
      spoil(released);
    });
    out += 1;
    fillBatch(batch, columns, rows.slice(start, start + rowsPerBatch));
    await take(batch);
  }
  return () => out;
}

/** Puts rows into an empty batch. A column that a row does not name is NULL in it. */
export function fillBatch(batch: ColumnBatch, columns: readonly TargetColumn[], rows: readonly Row[]): void {
  for (const row of rows) {
    for (const [at, { name }] of columns.entries()) {
      const column = batch.columns[at]!;
      const before = column.heapLength;
      putValue(column, batch.rows, row[name] ?? null);
      batch.heapBytes += column.heapLength - before;
    }
    batch.rows += 1;
  }
}

function putValue(column: BatchColumn, row: number, value: Value): void {
  const { data, width } = column;
  const view = new DataView(data.buffer);
  if (value === null) {
    column.nulls += 1;
    column.validity[row >> 3]! &= ~(1 << (row & 7));
    if (width === 0) column.ends[row] = column.heapLength;
    return;
  }
  switch (column.type.kind) {
    case 'integer':
    case 'bits':
      return putInteger(view, row * width, width, BigInt(value));
    case 'decimal':
      return putInteger(view, row * width, width, BigInt(String(value).replace('.', '')));
    case 'float':
      return view.setFloat32(row * width, Number(value), true);
    case 'double':
      return view.setFloat64(row * width, Number(value), true);
    case 'date':
      return putInteger(view, row * width, width, microseconds(String(value)) / MICROSECONDS_A_DAY);
    case 'timestamp':
      return putInteger(view, row * width, width, microseconds(String(value)));
    case 'text':
      return putBytes(column, row, Buffer.from(String(value)));
    case 'bytes':
    case 'geometry':
      return putBytes(column, row, Buffer.from(String(value), 'hex'));
  }
}

/** Little-endian, in two's complement. */
function putInteger(view: DataView, at: number, width: number, value: bigint): void {
  const bits = BigInt.asUintN(width * 8, value);
  for (let byte = 0; byte < width; byte++)
    view.setUint8(at + byte, Number((bits >> BigInt(8 * byte)) & 0xffn));
}

function putBytes(column: BatchColumn, row: number, bytes: Buffer): void {
  column.reserve(bytes.length);
  bytes.copy(column.heap, column.heapLength);
  column.heapLength += bytes.length;
  column.ends[row] = column.heapLength;
}

function spoil({ columns }: ColumnBatch): void {
  for (const { data, ends, heap } of columns) {
    data.fill(RUBBISH);
    ends.fill(0);
    heap.fill(RUBBISH);
  }
}
