/**
 * Rows as a block of ClickHouse's Native format: how many columns and rows there are, and for each column its name, its
 * type and its values, end to end. A Nullable column has a byte for each row first, 1 for NULL. Lengths are in LEB128,
 * numbers are little-endian (ClickHouse manual, "Native"; src/Formats/NativeWriter.cpp).
 */
import { type BatchColumn, type ColumnBatch, isNull } from '../../rows/column-batch.ts';
import { outOfRangeText, rowsOutOfRange } from './value-range.ts';
import { type FilledColumn, SEQUENCE } from './stored-columns.ts';

const WIDE_DECIMAL_BYTES = 32;

/** What a block is made of beside the batch. */
export interface BlockPlan {
  readonly columns: readonly FilledColumn[];
  /** Called for each value that the engine's type cannot hold; it is NULL in its column. */
  readonly onOutOfRange: (column: FilledColumn, text: string) => void;
}

/** Encodes a batch. With a sequence, every row gets it. The buffer is new, and the batch may be reused at once. */
export function encodeBlock(batch: ColumnBatch, plan: BlockPlan, sequence: bigint | null): Buffer {
  const { rows } = batch;
  const writer = new BlockWriter(roomFor(batch, plan));
  writer.varint(plan.columns.length + (sequence === null ? 0 : 1));
  writer.varint(rows);
  for (const filled of plan.columns) {
    const column = batch.columns[filled.from]!;
    writer.text(filled.name);
    writer.text(filled.nullable ? `Nullable(${filled.type.type})` : filled.type.type);
    if (filled.text) writeOutOfRange(writer, column, rows);
    else writeColumn(writer, filled, column, rows, plan);
  }
  if (sequence !== null) {
    writer.text(SEQUENCE);
    writer.text('UInt64');
    for (let row = 0; row < rows; row++) writer.uint64(sequence);
  }
  return writer.end();
}

function writeColumn(
  writer: BlockWriter,
  filled: FilledColumn,
  column: BatchColumn,
  rows: number,
  plan: BlockPlan,
): void {
  const outside = rowsOutOfRange(column, rows);
  for (const row of outside) plan.onOutOfRange(filled, outOfRangeText(column, row));
  if (filled.nullable) {
    const nulls = writer.nulls(rows);
    if (column.nulls > 0) {
      for (let row = 0; row < rows; row++) if (isNull(column, row)) nulls[row] = 1;
    }
    for (const row of outside) nulls[row] = 1;
  }
  const { type } = column;
  if (type.kind === 'text' && type.scale !== undefined)
    return writeWideDecimals(writer, column, rows, type.scale);
  if (column.width === 0) return writeTexts(writer, column, rows);
  // A decimal of few digits has two bytes in a batch and four in a Decimal32.
  if (type.kind === 'decimal' && column.width === 2) {
    const values = new Int16Array(column.data.buffer);
    for (let row = 0; row < rows; row++) writer.int32(values[row]!);
    return;
  }
  writer.bytes(column.data, 0, rows * column.width);
}

function writeTexts(writer: BlockWriter, { heap, ends }: BatchColumn, rows: number): void {
  let start = 0;
  for (let row = 0; row < rows; row++) {
    const end = ends[row]!;
    writer.varint(end - start);
    writer.bytes(heap, start, end);
    start = end;
  }
}

/** Decimals that are wider than any number of a batch come as their texts. */
function writeWideDecimals(writer: BlockWriter, column: BatchColumn, rows: number, scale: number): void {
  let start = 0;
  for (let row = 0; row < rows; row++) {
    const end = column.ends[row]!;
    const text = isNull(column, row) ? '0' : column.heap.toString('latin1', start, end);
    start = end;
    writer.int256(unscaled(text, scale));
  }
}

/** A decimal's digits without its point, all of its scale. */
function unscaled(text: string, scale: number): bigint {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace(/^[-+]/, '').split('.');
  const digits = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return negative ? -digits : digits;
}

function writeOutOfRange(writer: BlockWriter, column: BatchColumn, rows: number): void {
  const texts = new Map(rowsOutOfRange(column, rows).map((row) => [row, outOfRangeText(column, row)]));
  const nulls = writer.nulls(rows);
  for (let row = 0; row < rows; row++) nulls[row] = texts.has(row) ? 0 : 1;
  for (let row = 0; row < rows; row++) writer.text(texts.get(row) ?? '');
}

/** Bytes that a block takes at most. */
function roomFor({ columns, rows }: ColumnBatch, plan: BlockPlan): number {
  let bytes = 64 + 8 * rows;
  for (const { from, name, type, text } of plan.columns) {
    const column = columns[from]!;
    bytes += 64 + Buffer.byteLength(name) + type.type.length + rows;
    if (text) bytes += rows * 32;
    else if (column.width > 0) bytes += rows * Math.max(column.width, 4);
    else
      bytes +=
        column.heapLength +
        rows * (column.type.kind === 'text' && column.type.scale !== undefined ? WIDE_DECIMAL_BYTES : 5);
  }
  return bytes;
}

class BlockWriter {
  readonly #target: Buffer;
  #at = 0;

  constructor(bytes: number) {
    this.#target = Buffer.allocUnsafeSlow(bytes);
  }

  end(): Buffer {
    return this.#target.subarray(0, this.#at);
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#target[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#target[this.#at++] = rest;
  }

  text(text: string): void {
    this.varint(Buffer.byteLength(text));
    this.#at += this.#target.write(text, this.#at);
  }

  bytes(source: Uint8Array, start: number, end: number): void {
    if (end - start < 24) {
      for (let at = start; at < end; at++) this.#target[this.#at++] = source[at]!;
      return;
    }
    this.#target.set(source.subarray(start, end), this.#at);
    this.#at += end - start;
  }

  /** Room for a byte a row, all 0, to be filled by the caller. */
  nulls(rows: number): Uint8Array {
    const map = this.#target.subarray(this.#at, this.#at + rows);
    map.fill(0);
    this.#at += rows;
    return map;
  }

  int32(value: number): void {
    this.#at = this.#target.writeInt32LE(value, this.#at);
  }

  uint64(value: bigint): void {
    this.#at = this.#target.writeBigUInt64LE(value, this.#at);
  }

  int256(value: bigint): void {
    for (let word = 0n; word < 4n; word++) this.uint64(BigInt.asUintN(64, value >> (64n * word)));
  }
}
