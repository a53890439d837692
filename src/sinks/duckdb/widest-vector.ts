import { BATCH_ROWS, type ColumnBatch } from '../../rows/column-batch.ts';

/**
 * Measures how many bytes of texts 2048 rows that follow each other have, at most so far. DuckDB takes a column's rows
 * by so many at once (its vector size) when it compresses them, and has all their texts in memory then, however few
 * rows a batch had.
 */
export class WidestVector {
  readonly #latest: { readonly rows: number; readonly bytes: number }[] = [];
  #rows = 0;
  #bytes = 0;
  #widest = 0;

  /** Bytes of the widest vector, with the rows of this batch. */
  add({ rows, heapBytes }: Pick<ColumnBatch, 'rows' | 'heapBytes'>): number {
    this.#latest.push({ rows, bytes: heapBytes });
    this.#rows += rows;
    this.#bytes += heapBytes;
    // A vector may begin in the middle of the oldest batch.
    while (this.#rows - this.#latest[0]!.rows >= BATCH_ROWS) {
      const oldest = this.#latest.shift()!;
      this.#rows -= oldest.rows;
      this.#bytes -= oldest.bytes;
    }
    this.#widest = Math.max(this.#widest, this.#bytes);
    return this.#widest;
  }
}
