import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { TargetColumn } from '../sink.ts';
import { ChunkFiller } from './duckdb-chunk.ts';
import { duckdbApi } from './duckdb-driver.ts';
import type { DuckdbConnection } from './duckdb-file.ts';
import { duckdbTypeName } from './duckdb-types.ts';

let feeds = 0;

/**
 * Batches as a table function of DuckDB, so that a statement can read from them: `INSERT INTO t FROM feed()`, `COPY
 * (FROM feed()) TO …`. The statement runs on DuckDB's own thread, which compresses and writes; only the copying of a
 * batch into a chunk is done on the thread of JavaScript. A statement ends when no batch is waiting: what is called
 * for the next one must answer at once, since the rows are read from the server on the same thread.
 *
 * While a statement reads from a feed, no call of the driver that does not wait (such as closing) may be made on its
 * connection: it would block this thread, for which the statement waits.
 */
export class BatchFeed {
  /** What a statement's FROM names. */
  readonly from: string;
  readonly #waiting: ColumnBatch[] = [];
  readonly #filler = new ChunkFiller();
  #bytes = 0;
  #rowsTaken = 0;

  private constructor(name: string) {
    this.from = `${name}()`;
  }

  /**
   * Registers a feed, outside of any transaction: a rollback would take it back. The batches have these columns, in
   * order. It is there until the file is closed.
   */
  static async register(connection: DuckdbConnection, columns: readonly TargetColumn[]): Promise<BatchFeed> {
    feeds += 1;
    const name = `tidemark_feed_${feeds}`;
    const feed = new BatchFeed(name);
    const types = await connection.columnTypes(
      `SELECT ${columns.map(({ type }) => `NULL::${duckdbTypeName(type)}`).join(', ')}`,
    );
    connection.attempt(() =>
      connection.raw.registerTableFunction(
        duckdbApi.DuckDBTableFunction.create({
          name,
          bindFunction: (info) => {
            for (const [position, column] of columns.entries())
              info.addResultColumn(column.name, types[position]!);
          },
          // One thread after the other asks for rows, so that they stay in order.
          initFunction: (info) => info.setMaxThreads(1),
          mainFunction: (info, chunk) => {
            try {
              feed.#fill(chunk);
            } catch (error) {
              info.setError(error instanceof Error ? error.message : String(error));
            }
          },
        }),
      ),
    );
    return feed;
  }

  /** Batches that are waiting. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Bytes of the batches that are waiting. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** Rows that statements have taken so far. */
  get rowsTaken(): number {
    return this.#rowsTaken;
  }

  push(batch: ColumnBatch): void {
    this.#waiting.push(batch);
    this.#bytes += batch.byteLength;
  }

  /** Releases the batches that are waiting. */
  clear(): void {
    for (const batch of this.#waiting.splice(0)) batch.release();
    this.#bytes = 0;
  }

  #fill(output: DuckDBDataChunk): void {
    const batch = this.#waiting.shift();
    if (batch === undefined) {
      output.rowCount = 0;
      return;
    }
    this.#bytes -= batch.byteLength;
    this.#rowsTaken += batch.rows;
    try {
      this.#filler.fill(output.chunk, batch);
    } finally {
      batch.release();
    }
  }
}
