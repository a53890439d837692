/**
 * The hot loop: rows of MySQL's text protocol to columns.
 *
 * A row packet is, for each column, a length and that many bytes of text, or the byte 251 for NULL (MySQL client/server
 * protocol, "ProtocolText::ResultsetRow"). Everything here works on those bytes: no string, no object, no bigint and
 * no Date is made for a value, because making them, not reading them, is what costs. Numbers are read digit by digit
 * into typed arrays, texts are copied from the socket's buffer to the column's heap, and 64-bit values are written as
 * two 32-bit words, each computed in doubles that stay below 2^53 and are therefore exact.
 *
 * One operation code a column, and one typed array a column and width, keep every store monomorphic for V8.
 */
import type { BatchColumn, ColumnBatch } from '../../rows/column-batch.ts';
import type { ColumnType } from '../../rows/column-type.ts';
import { daysSinceEpoch, isRealDate } from './calendar.ts';

const NULL_VALUE = 251;
const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const QUESTION_MARK = 0x3f;
const WORD = 2 ** 32;

const OP_INT8 = 0;
const OP_INT16 = 1;
const OP_INT32 = 2;
const OP_INT64 = 3;
const OP_INT128 = 4;
const OP_FLOAT = 5;
const OP_DOUBLE = 6;
const OP_DATE = 7;
const OP_TIMESTAMP = 8;
const OP_BITS = 9;
const OP_TEXT = 10;
const OP_GEOMETRY = 11;
const OP_LOSSY_TEXT = 12;

/** An SRID of 4 bytes comes before the WKB of a geometry. */
const SRID_BYTES = 4;
/** Below this length a loop copies faster than a call. */
const SHORT_TEXT = 24;

/** Decodes rows of one result set into batches of the same columns. */
export class RowDecoder {
  /** Per column: dates that are no dates, read as NULL. */
  readonly invalidDates: Uint32Array;
  /** Per column that may be lossy: texts with a `?`, which is what the server puts for what it cannot convert. */
  readonly questioned: Uint32Array;
  readonly #operations: Uint8Array;
  #columns: readonly BatchColumn[] = [];
  #words8: readonly Uint8Array[] = [];
  #words16: readonly Uint16Array[] = [];
  #words32: readonly Uint32Array[] = [];
  #float32: readonly Float32Array[] = [];
  #float64: readonly Float64Array[] = [];
  #batch: ColumnBatch | null = null;
  /** Start of the value that is being read, or -1 for NULL, and its end. */
  #start = 0;
  #end = 0;

  constructor(types: readonly ColumnType[], lossy: readonly boolean[] = []) {
    this.#operations = Uint8Array.from(types, (type, at) =>
      lossy[at] === true ? OP_LOSSY_TEXT : operation(type),
    );
    this.invalidDates = new Uint32Array(types.length);
    this.questioned = new Uint32Array(types.length);
  }

  /** Directs what follows into a batch. */
  use(batch: ColumnBatch): void {
    if (this.#batch === batch) return;
    this.#batch = batch;
    const { columns } = batch;
    this.#columns = columns;
    this.#words8 = columns.map((column) => column.data);
    this.#words16 = columns.map((column) => new Uint16Array(column.data.buffer, 0, column.data.length >> 1));
    this.#words32 = columns.map((column) => new Uint32Array(column.data.buffer, 0, column.data.length >> 2));
    this.#float32 = columns.map((column) => new Float32Array(column.data.buffer, 0, column.data.length >> 2));
    this.#float64 = columns.map((column) => new Float64Array(column.data.buffer, 0, column.data.length >> 3));
  }

  /** Appends one row, whose packet's payload starts at `offset`, to the batch in use. */
  decode(buffer: Buffer, offset: number): void {
    const batch = this.#batch!;
    const row = batch.rows;
    const operations = this.#operations;
    let at = offset;
    for (let column = 0; column < operations.length; column++) {
      let start = at + 1;
      let length = buffer[at]!;
      if (length >= NULL_VALUE) {
        if (length === NULL_VALUE) {
          at = start;
          this.#setNull(column, row);
          continue;
        }
        const prefix = length === 252 ? 2 : length === 253 ? 3 : 8;
        // A value is at most 4 GiB, so that the upper half of an 8-byte length is always 0.
        length = buffer.readUIntLE(start, prefix === 8 ? 4 : prefix);
        start += prefix;
      }
      at = start + length;
      this.#start = start;
      this.#end = at;
      switch (operations[column]!) {
        case OP_INT8:
          this.#words8[column]![row] = readInteger(buffer, start, at);
          break;
        case OP_INT16:
          this.#words16[column]![row] = readInteger(buffer, start, at);
          break;
        case OP_INT32:
          this.#words32[column]![row] = readInteger(buffer, start, at);
          break;
        case OP_INT64:
          writeInt64(buffer, start, at, this.#words32[column]!, row * 2);
          break;
        case OP_INT128:
          writeInt128(buffer, start, at, this.#words32[column]!, row * 4);
          break;
        case OP_FLOAT:
          this.#float32[column]![row] = Number(buffer.toString('latin1', start, at));
          break;
        case OP_DOUBLE:
          this.#float64[column]![row] = Number(buffer.toString('latin1', start, at));
          break;
        case OP_DATE:
          this.#date(buffer, column, row);
          break;
        case OP_TIMESTAMP:
          this.#timestamp(buffer, column, row);
          break;
        case OP_BITS:
          writeBits(buffer, start, at, this.#words32[column]!, row * 2);
          break;
        case OP_TEXT:
          this.#text(buffer, start, at, column, row);
          break;
        case OP_LOSSY_TEXT:
          if (buffer.subarray(start, at).includes(QUESTION_MARK)) this.questioned[column]!++;
          this.#text(buffer, start, at, column, row);
          break;
        default:
          this.#text(buffer, start + SRID_BYTES, at, column, row);
      }
    }
    batch.rows = row + 1;
  }

  #setNull(column: number, row: number): void {
    const target = this.#columns[column]!;
    target.nulls++;
    target.validity[row >> 3]! &= ~(1 << (row & 7));
    if (target.width === 0) target.ends[row] = target.heapLength;
  }

  #text(buffer: Buffer, start: number, end: number, column: number, row: number): void {
    const target = this.#columns[column]!;
    const length = end - start;
    target.reserve(length);
    let to = target.heapLength;
    if (length < SHORT_TEXT) {
      const { heap } = target;
      for (let from = start; from < end; from++) heap[to++] = buffer[from]!;
    } else {
      buffer.copy(target.heap, to, start, end);
      to += length;
    }
    target.heapLength = to;
    target.ends[row] = to;
    this.#batch!.heapBytes += length;
  }

  #date(buffer: Buffer, column: number, row: number): void {
    const days = this.#days(buffer, column, row);
    if (days !== null) this.#words32[column]![row] = days;
  }

  /** `YYYY-MM-DD HH:MM:SS[.f…]` to microseconds since 1970. */
  #timestamp(buffer: Buffer, column: number, row: number): void {
    const days = this.#days(buffer, column, row);
    if (days === null) return;
    const start = this.#start;
    const seconds =
      twoDigits(buffer, start + 11) * 3600 +
      twoDigits(buffer, start + 14) * 60 +
      twoDigits(buffer, start + 17);
    let fraction = 0;
    let scale = 1_000_000;
    for (let at = start + 20; at < this.#end; at++) {
      fraction = fraction * 10 + buffer[at]! - ZERO;
      scale /= 10;
    }
    // A day has 86,400,000,000 µs = 20 · 2^32 + 500,654,080.
    const low = days * 500_654_080 + seconds * 1_000_000 + fraction * scale;
    const words = this.#words32[column]!;
    words[row * 2] = low;
    words[row * 2 + 1] = days * 20 + Math.floor(low / WORD);
  }

  /** Days since 1970 of the date that the value starts with, or null for a date that is none, which is counted. */
  #days(buffer: Buffer, column: number, row: number): number | null {
    const start = this.#start;
    const year = twoDigits(buffer, start) * 100 + twoDigits(buffer, start + 2);
    const month = twoDigits(buffer, start + 5);
    const day = twoDigits(buffer, start + 8);
    if (isRealDate(year, month, day)) return daysSinceEpoch(year, month, day);
    this.invalidDates[column]!++;
    this.#setNull(column, row);
    return null;
  }
}

function operation(type: ColumnType): number {
  switch (type.kind) {
    case 'integer':
      return { 1: OP_INT8, 2: OP_INT16, 4: OP_INT32, 8: OP_INT64 }[type.bytes];
    case 'decimal':
      if (type.precision <= 4) return OP_INT16;
      if (type.precision <= 9) return OP_INT32;
      return type.precision <= 18 ? OP_INT64 : OP_INT128;
    case 'float':
      return OP_FLOAT;
    case 'double':
      return OP_DOUBLE;
    case 'date':
      return OP_DATE;
    case 'timestamp':
      return OP_TIMESTAMP;
    case 'bits':
      return OP_BITS;
    case 'text':
    case 'bytes':
      return OP_TEXT;
    case 'geometry':
      return OP_GEOMETRY;
  }
}

function twoDigits(buffer: Buffer, at: number): number {
  return (buffer[at]! - ZERO) * 10 + buffer[at + 1]! - ZERO;
}

/** An integer of up to 15 digits, or a decimal without its point. Stores to typed arrays cut it to two's complement. */
function readInteger(buffer: Buffer, start: number, end: number): number {
  const negative = buffer[start] === MINUS;
  let value = 0;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const byte = buffer[at]!;
    if (byte !== POINT) value = value * 10 + byte - ZERO;
  }
  return negative ? -value : value;
}

/** A 64-bit integer, signed or not, or a decimal without its point, as two words: its last 15 digits and the rest. */
function writeInt64(buffer: Buffer, start: number, end: number, words: Uint32Array, at: number): void {
  if (end - start <= 15) {
    const value = readInteger(buffer, start, end);
    words[at] = value;
    words[at + 1] = Math.floor(value / WORD);
    return;
  }
  const negative = buffer[start] === MINUS;
  let upper = 0;
  let lower = 0;
  let digitsLeft = end - start - (negative ? 1 : 0) - (buffer.subarray(start, end).includes(POINT) ? 1 : 0);
  for (let from = negative ? start + 1 : start; from < end; from++) {
    const byte = buffer[from]!;
    if (byte === POINT) continue;
    if (digitsLeft-- > 15) upper = upper * 10 + byte - ZERO;
    else lower = lower * 10 + byte - ZERO;
  }
  // 10^15 = 232,830 · 2^32 + 2,764,472,320; the upper part has at most 5 digits.
  const lowSum = upper * 2_764_472_320 + (lower >>> 0);
  let low = lowSum >>> 0;
  let high = upper * 232_830 + Math.floor(lower / WORD) + Math.floor(lowSum / WORD);
  if (negative) {
    low = (~low + 1) >>> 0;
    high = ~high + (low === 0 ? 1 : 0);
  }
  words[at] = low;
  words[at + 1] = high;
}

/** A decimal of 19 to 38 digits: rare enough for a bigint. */
function writeInt128(buffer: Buffer, start: number, end: number, words: Uint32Array, at: number): void {
  let value = BigInt(
    buffer
      .toString('latin1', start, end)
      .replace('.', '')
      .replace(/^(-?)0+(?=\d)/, '$1'),
  );
  for (let word = 0; word < 4; word++) {
    words[at + word] = Number(BigInt.asUintN(32, value));
    value >>= 32n;
  }
}

/** BIT(n): up to 8 bytes, the most significant first. */
function writeBits(buffer: Buffer, start: number, end: number, words: Uint32Array, at: number): void {
  let low = 0;
  let high = 0;
  for (let from = start; from < end; from++) {
    high = (high << 8) | (low >>> 24);
    low = (low << 8) | buffer[from]!;
  }
  words[at] = low;
  words[at + 1] = high;
}
