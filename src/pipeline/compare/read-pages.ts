import { stopIfAborted } from '../../errors.ts';
import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { Position } from '../../rows/position.ts';
import { requireProgress } from '../source/require-progress.ts';
import type { SourceColumn, SourceTable } from '../source/source-table.ts';
import type { TableReader } from '../wire/table-reader.ts';

/** What is read page by page: the queries of the next page after a position, at most `limit` rows each. */
export interface Pages {
  readonly order: readonly SourceColumn[];
  readonly after: Position | null;
  readonly limit: number;
  readonly queries: (after: Position | null) => readonly string[];
  /** The table that the rows are of. */
  readonly table: Pick<SourceTable, 'database' | 'name'>;
}

/**
 * Reads rows in statements of at most `limit` rows each, so that none runs for long. `pageEnd` is told the last row of
 * each page but the last. Returns how many rows there were.
 */
export async function readPages(
  reader: TableReader,
  pages: Pages,
  take: {
    /** Called before each statement. */
    readonly before: () => Promise<void>;
    readonly batch: (batch: ColumnBatch) => Promise<void>;
    readonly pageEnd?: (position: Position) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  let total = 0;
  let position = pages.after;
  for (let more = true; more;) {
    more = false;
    for (const query of pages.queries(position)) {
      let rows = 0;
      await take.before();
      for await (const batch of reader.read(query)) {
        stopIfAborted(take.signal);
        rows += batch.rows;
        await take.batch(batch);
      }
      total += rows;
      if (rows > 0) {
        const end = reader.position(pages.order);
        requireProgress(pages.table, position, end);
        position = end;
      }
      more = rows === pages.limit;
      if (more) break;
    }
    if (more && position !== null) await take.pageEnd?.(position);
  }
  return total;
}
