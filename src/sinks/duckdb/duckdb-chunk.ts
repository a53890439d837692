/**
 * Batches to DuckDB's data chunks without a call for each value.
 *
 * Fixed-width columns have DuckDB's layout already and are copied as they are. A text is a `duckdb_string_t` of 16
 * bytes (duckdb.h): its length, then 12 bytes that are the text itself, or 4 bytes of it and a pointer to all of it.
 * So the column's heap is given to DuckDB as one string, which copies it into the vector's own memory, the pointer to
 * that copy is read back, and the 16 bytes of every row are made here to point into it. The memory belongs to the
 * vector and lives until the chunk is reset, which is when the statement asks for the next rows.
 */
import type duckdb from '@duckdb/node-bindings';
import { type BatchColumn, BATCH_ROWS, type ColumnBatch } from '../../rows/column-batch.ts';
import { duckdbBindings } from './duckdb-driver.ts';

const STRING_BYTES = 16;
const INLINE_BYTES = 12;
const PREFIX_BYTES = 4;

/** Copies batches into data chunks of the same columns. */
export class ChunkFiller {
  /** Reused for every text column. */
  readonly #strings = new Uint32Array((BATCH_ROWS * STRING_BYTES) / 4);
  readonly #stringBytes = new Uint8Array(this.#strings.buffer);

  /** Makes a chunk hold the rows of a batch. Throws if a text is not UTF-8, which DuckDB would not take. */
  fill(chunk: duckdb.DataChunk, batch: ColumnBatch): void {
    duckdbBindings.data_chunk_reset(chunk);
    duckdbBindings.data_chunk_set_size(chunk, batch.rows);
    for (const [index, column] of batch.columns.entries()) {
      const vector = duckdbBindings.data_chunk_get_vector(chunk, index);
      if (column.width === 0) this.#fillText(vector, column, batch.rows);
      else duckdbBindings.copy_data_to_vector(vector, 0, column.data.buffer, 0, column.width * batch.rows);
      if (column.nulls > 0) {
        duckdbBindings.vector_ensure_validity_writable(vector);
        duckdbBindings.copy_data_to_vector_validity(
          vector,
          0,
          column.validity.buffer,
          0,
          Math.ceil(batch.rows / 64) * 8,
        );
      }
    }
  }

  #fillText(vector: duckdb.Vector, column: BatchColumn, rows: number): void {
    const { ends, heap } = column;
    const { low: baseLow, high: baseHigh } = this.#placeHeap(vector, column);
    const words = this.#strings;
    const bytes = this.#stringBytes;
    let start = 0;
    for (let row = 0; row < rows; row++) {
      const end = ends[row]!;
      const length = end - start;
      const at = row * 4;
      words[at] = length;
      // The bytes after a short text must be 0: DuckDB compares all 12.
      words[at + 1] = 0;
      words[at + 2] = 0;
      words[at + 3] = 0;
      const inline = length <= INLINE_BYTES ? length : PREFIX_BYTES;
      const to = row * STRING_BYTES + 4;
      for (let offset = 0; offset < inline; offset++) bytes[to + offset] = heap[start + offset]!;
      if (length > INLINE_BYTES) {
        const low = baseLow + start;
        words[at + 2] = low;
        words[at + 3] = low >= 2 ** 32 ? baseHigh + 1 : baseHigh;
      }
      start = end;
    }
    duckdbBindings.copy_data_to_vector(vector, 0, words.buffer, 0, rows * STRING_BYTES);
  }

  /** Copies a heap into the vector's memory and returns the copy's address. */
  #placeHeap(vector: duckdb.Vector, column: BatchColumn): { readonly low: number; readonly high: number } {
    const length = column.heapLength;
    if (length <= INLINE_BYTES) return { low: 0, high: 0 };
    this.#strings.fill(0, 0, 4);
    duckdbBindings.copy_data_to_vector(vector, 0, this.#strings.buffer, 0, STRING_BYTES);
    duckdbBindings.vector_assign_string_element_len(vector, 0, column.heap.subarray(0, length));
    const placed = duckdbBindings.vector_get_data(vector, STRING_BYTES);
    const view = new DataView(placed.buffer, placed.byteOffset, STRING_BYTES);
    // A VARCHAR vector leaves the element as it was when the bytes are not UTF-8.
    if (view.getUint32(0, true) !== length) throw new Error('a text from the server is not valid UTF-8');
    return { low: view.getUint32(8, true), high: view.getUint32(12, true) };
  }
}
