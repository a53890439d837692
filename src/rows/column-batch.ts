import type { ColumnType } from './column-type.ts';

/** Rows of a batch: DuckDB's vector size, so that a batch becomes one of its data chunks. */
export const BATCH_ROWS = 2048;
/** A batch is full before that many rows if its texts and bytes reach this size. */
const BATCH_BYTES = 4 * 1024 * 1024;
const FIRST_HEAP_BYTES = 16 * 1024;
/** A heap that a few long texts made larger than this is not kept. */
const KEPT_HEAP_BYTES = 1024 * 1024;

/**
 * Up to 2048 rows by column, in the layout of Apache Arrow: fixed-width values in one buffer, texts and bytes end to
 * end in a heap with the offsets of their ends, and one validity bit a row (1 for a value, 0 for NULL).
 */
export class ColumnBatch {
  readonly columns: readonly BatchColumn[];
  rows = 0;
  /** Bytes of texts in all heaps. */
  heapBytes = 0;
  readonly #released: (batch: ColumnBatch) => void;

  /** `released` is told when whoever has the batch needs it no longer. */
  constructor(types: readonly ColumnType[], released: (batch: ColumnBatch) => void = () => {}) {
    this.columns = types.map((type) => new BatchColumn(type));
    this.#released = released;
  }

  get full(): boolean {
    return this.rows === BATCH_ROWS || this.heapBytes >= BATCH_BYTES;
  }

  /** Memory that it takes, whether rows are in it or not. */
  get byteLength(): number {
    return this.columns.reduce((sum, column) => sum + column.byteLength, 0);
  }

  /** Empties the batch and gives it back to where it came from. */
  release(): void {
    this.rows = 0;
    this.heapBytes = 0;
    for (const column of this.columns) column.clear();
    this.#released(this);
  }
}

export class BatchColumn {
  readonly type: ColumnType;
  /** Bytes of one value; 0 for a text, which is in the heap. */
  readonly width: number;
  /** Fixed-width values, little-endian. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly validity = new Uint8Array(BATCH_ROWS / 8);
  /** Where the text of each row ends in the heap; it begins where the one before ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  heap: Buffer<ArrayBuffer>;
  heapLength = 0;
  nulls = 0;

  constructor(type: ColumnType) {
    this.type = type;
    this.width = valueWidth(type);
    this.data = new Uint8Array(this.width * BATCH_ROWS);
    this.ends = new Uint32Array(this.width === 0 ? BATCH_ROWS : 0);
    this.heap = Buffer.allocUnsafeSlow(this.width === 0 ? FIRST_HEAP_BYTES : 0);
    this.validity.fill(0xff);
  }

  get byteLength(): number {
    return this.data.length + this.validity.length + this.ends.byteLength + this.heap.length;
  }

  /** Makes room for more bytes in the heap. */
  reserve(bytes: number): void {
    const needed = this.heapLength + bytes;
    if (needed <= this.heap.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.heap.length * 2));
    this.heap.copy(grown, 0, 0, this.heapLength);
    this.heap = grown;
  }

  clear(): void {
    if (this.nulls > 0) this.validity.fill(0xff);
    this.nulls = 0;
    this.heapLength = 0;
    if (this.heap.length > KEPT_HEAP_BYTES) this.heap = Buffer.allocUnsafeSlow(FIRST_HEAP_BYTES);
  }
}

export function isNull(column: BatchColumn, row: number): boolean {
  return (column.validity[row >> 3]! & (1 << (row & 7))) === 0;
}

/** Puts another text, or NULL, in the place of each text of a column. */
export function replaceTexts(
  column: BatchColumn,
  rows: number,
  replace: (text: Buffer, row: number) => string | null,
): void {
  const old = Buffer.from(column.heap.subarray(0, column.heapLength));
  const validity = column.validity;
  column.heapLength = 0;
  let start = 0;
  for (let row = 0; row < rows; row++) {
    const end = column.ends[row]!;
    const text = replace(old.subarray(start, end), row);
    start = end;
    if (text === null) {
      if (!isNull(column, row)) column.nulls++;
      validity[row >> 3]! &= ~(1 << (row & 7));
    } else {
      const bytes = Buffer.byteLength(text);
      column.reserve(bytes);
      column.heap.write(text, column.heapLength);
      column.heapLength += bytes;
    }
    column.ends[row] = column.heapLength;
  }
}

/** Bytes of a fixed-width value, 0 where values differ in length. A decimal takes what DuckDB stores it in. */
export function valueWidth(type: ColumnType): number {
  switch (type.kind) {
    case 'integer':
      return type.bytes;
    case 'decimal':
      return decimalWidth(type.precision);
    case 'float':
    case 'date':
      return 4;
    case 'double':
    case 'timestamp':
    case 'bits':
      return 8;
    case 'text':
    case 'bytes':
    case 'geometry':
      return 0;
  }
}

function decimalWidth(precision: number): 2 | 4 | 8 | 16 {
  if (precision <= 4) return 2;
  if (precision <= 9) return 4;
  return precision <= 18 ? 8 : 16;
}
