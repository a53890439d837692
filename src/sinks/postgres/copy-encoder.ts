/**
 * Rows as COPY … WITH (FORMAT binary) takes them (PostgreSQL manual, COPY, "Binary Format"): for each row the number of
 * its fields in 16 bits, and for each field its length in 32 bits, -1 for NULL, and the value as the type's `recv`
 * function reads it. All numbers are big-endian.
 */
import { type BatchColumn, type ColumnBatch, isNull } from '../../rows/column-batch.ts';
import { NUMERIC_BYTES, writeNumeric, writeSmallNumeric, writeTextNumeric } from './postgres-numeric.ts';

/** Signature, flags and the length of a header extension, of which there is none. */
export const COPY_HEADER = Buffer.from([
  ...Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
  ...new Uint8Array(8),
]);
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

const NULL_FIELD = 0xff_ff_ff_ff;
const WORD = 2 ** 32;
/** Days from 1970-01-01 to 2000-01-01, from which PostgreSQL counts. */
const EPOCH_DAYS = 10_957;
/** The same in microseconds, as two words. */
const EPOCH_MICROSECONDS = BigInt(EPOCH_DAYS) * 86_400_000_000n;
const EPOCH_HIGH = Number(EPOCH_MICROSECONDS >> 32n);
const EPOCH_LOW = Number(EPOCH_MICROSECONDS & 0xff_ff_ff_ffn);

/** Writes one column's value of a row at a place and returns where it ends. The value is not NULL. */
type WriteField = (target: Buffer, at: number, row: number) => number;

/** What to do with a text that has a NUL byte, which PostgreSQL's text cannot hold. */
export type NulBytes = 'error' | 'strip' | 'escape';

/** Called for each text with a NUL byte; returns the bytes to store. */
export type ReplaceNulBytes = (column: number, text: Buffer) => Buffer;

/** Encodes a batch. The buffer is new: the driver keeps it until it is sent. */
export function encodeBatch(batch: ColumnBatch, replaceNulBytes: ReplaceNulBytes): Buffer {
  const { columns, rows } = batch;
  const texts = columns.map((column, number) => textsOf(column, number, rows, replaceNulBytes));
  const target = Buffer.allocUnsafeSlow(roomFor(columns, texts, rows));
  const writers = columns.map((column, number) => writerOf(column, texts[number]!));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    at = target.writeUInt16BE(columns.length, at);
    for (let number = 0; number < columns.length; number++) {
      const column = columns[number]!;
      if (column.nulls > 0 && isNull(column, row)) at = target.writeUInt32BE(NULL_FIELD, at);
      else at = writers[number]!(target, at, row);
    }
  }
  return target.subarray(0, at);
}

/** The texts of a column: their bytes, end to end, and where each ends. */
interface Texts {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

function textsOf(column: BatchColumn, number: number, rows: number, replaceNulBytes: ReplaceNulBytes): Texts {
  const bytes = column.heap.subarray(0, column.heapLength);
  if (column.type.kind !== 'text' || !bytes.includes(0)) return { bytes, ends: column.ends };
  const parts: Buffer[] = [];
  const ends = new Uint32Array(rows);
  let length = 0;
  for (let row = 0; row < rows; row++) {
    const text = bytes.subarray(row === 0 ? 0 : column.ends[row - 1]!, column.ends[row]);
    const part = text.includes(0) ? replaceNulBytes(number, text) : text;
    parts.push(part);
    length += part.length;
    ends[row] = length;
  }
  return { bytes: Buffer.concat(parts), ends };
}

function roomFor(columns: readonly BatchColumn[], texts: readonly Texts[], rows: number): number {
  let bytes = 2 * rows;
  for (const [number, column] of columns.entries()) {
    const widest = usesNumeric(column) ? NUMERIC_BYTES : column.width === 0 ? 0 : Math.max(column.width, 8);
    bytes += rows * (4 + widest) + texts[number]!.bytes.length;
  }
  return bytes;
}

function usesNumeric({ type }: BatchColumn): boolean {
  return (
    type.kind === 'decimal' ||
    type.kind === 'bits' ||
    (type.kind === 'integer' && type.bytes === 8) ||
    (type.kind === 'text' && type.scale !== undefined)
  );
}

function writerOf(column: BatchColumn, texts: Texts): WriteField {
  const { type } = column;
  switch (type.kind) {
    case 'integer':
      return integerWriter(column, type.bytes, type.signed);
    case 'decimal':
      return decimalWriter(column, type.scale);
    case 'bits':
      return numericWriter(wordsOf(column), false, 0);
    case 'float':
      return swappedWriter(column, 4);
    case 'double':
      return swappedWriter(column, 8);
    case 'date': {
      const days = new Int32Array(column.data.buffer, 0, column.data.length >> 2);
      return (target, at, row) => writeInt32Field(target, at, days[row]! - EPOCH_DAYS);
    }
    case 'timestamp':
      return timestampWriter(wordsOf(column));
    case 'text':
      return type.scale === undefined ? textWriter(texts) : wideDecimalWriter(texts, type.scale);
    case 'bytes':
    case 'geometry':
      return textWriter(texts);
  }
}

function integerWriter(column: BatchColumn, bytes: 1 | 2 | 4 | 8, signed: boolean): WriteField {
  if (bytes === 8) {
    return signed ? swappedWriter(column, 8) : numericWriter(wordsOf(column), false, 0);
  }
  const { buffer } = column.data;
  const values = signed
    ? new { 1: Int8Array, 2: Int16Array, 4: Int32Array }[bytes](buffer)
    : new { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[bytes](buffer);
  if (bytes === 4 && !signed) return (target, at, row) => writeUnsignedAsInt64(target, at, values[row]!);
  if (bytes === 4 || (bytes === 2 && !signed)) {
    return (target, at, row) => writeInt32Field(target, at, values[row]!);
  }
  return (target, at, row) => {
    target[at] = 0;
    target[at + 1] = 0;
    target[at + 2] = 0;
    target[at + 3] = 2;
    target[at + 4] = values[row]! >> 8;
    target[at + 5] = values[row]!;
    return at + 6;
  };
}

function decimalWriter(column: BatchColumn, scale: number): WriteField {
  const { buffer } = column.data;
  if (column.width === 2 || column.width === 4) {
    const values = column.width === 2 ? new Int16Array(buffer) : new Int32Array(buffer);
    return (target, at, row) => field(target, at, writeSmallNumeric(target, at + 4, values[row]!, scale));
  }
  if (column.width === 8) return numericWriter(wordsOf(column), true, scale);
  const words = new BigInt64Array(buffer);
  const low = new BigUint64Array(buffer);
  return (target, at, row) =>
    field(target, at, writeNumeric(target, at + 4, (words[2 * row + 1]! << 64n) | low[2 * row]!, scale));
}

/** Integers of 64 bits as NUMERIC. */
function numericWriter(words: Words, signed: boolean, scale: number): WriteField {
  return (target, at, row) => {
    const high = signed ? words.high[2 * row + 1]! : words.low[2 * row + 1]!;
    const value = high * WORD + words.low[2 * row]!;
    return field(
      target,
      at,
      Number.isSafeInteger(value)
        ? writeSmallNumeric(target, at + 4, value, scale)
        : writeNumeric(target, at + 4, (BigInt(high) << 32n) | BigInt(words.low[2 * row]!), scale),
    );
  };
}

/** 64-bit values as words of 32: the lower one comes first. */
interface Words {
  readonly low: Uint32Array;
  readonly high: Int32Array;
}

function wordsOf(column: BatchColumn): Words {
  const { buffer } = column.data;
  return { low: new Uint32Array(buffer), high: new Int32Array(buffer) };
}

function timestampWriter({ low, high }: Words): WriteField {
  return (target, at, row) => {
    const lower = low[2 * row]! - EPOCH_LOW;
    const upper = high[2 * row + 1]! - EPOCH_HIGH - (lower < 0 ? 1 : 0);
    return writeInt64Field(target, at, upper, lower < 0 ? lower + WORD : lower);
  };
}

/** Values that differ from PostgreSQL's in the order of their bytes alone. */
function swappedWriter({ data }: BatchColumn, width: 4 | 8): WriteField {
  return (target, at, row) => {
    target[at] = 0;
    target[at + 1] = 0;
    target[at + 2] = 0;
    target[at + 3] = width;
    const from = row * width;
    for (let byte = 0; byte < width; byte++) target[at + 4 + byte] = data[from + width - 1 - byte]!;
    return at + 4 + width;
  };
}

function textWriter({ bytes, ends }: Texts): WriteField {
  return (target, at, row) => {
    const start = row === 0 ? 0 : ends[row - 1]!;
    const end = ends[row]!;
    writeInt32(target, at, end - start);
    bytes.copy(target, at + 4, start, end);
    return at + 4 + end - start;
  };
}

/** Decimals that are wider than any number of a batch come as their texts. */
function wideDecimalWriter({ bytes, ends }: Texts, scale: number): WriteField {
  return (target, at, row) => {
    const text = bytes.toString('latin1', row === 0 ? 0 : ends[row - 1]!, ends[row]);
    return field(target, at, writeTextNumeric(target, at + 4, text, scale));
  };
}

/** Writes the length of a field whose value ends at a place, and returns that place. */
function field(target: Buffer, at: number, end: number): number {
  writeInt32(target, at, end - at - 4);
  return end;
}

function writeInt32Field(target: Buffer, at: number, value: number): number {
  writeInt32(target, at, 4);
  writeInt32(target, at + 4, value);
  return at + 8;
}

function writeUnsignedAsInt64(target: Buffer, at: number, value: number): number {
  return writeInt64Field(target, at, 0, value);
}

function writeInt64Field(target: Buffer, at: number, high: number, low: number): number {
  writeInt32(target, at, 8);
  writeInt32(target, at + 4, high);
  writeInt32(target, at + 8, low);
  return at + 12;
}

function writeInt32(target: Buffer, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
