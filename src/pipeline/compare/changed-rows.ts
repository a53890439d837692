import { stopIfAborted } from '../../errors.ts';
import type { Session } from '../../databases/session.ts';
import type { Position } from '../../rows/position.ts';
import { Masks } from '../wire/masks.ts';
import { select, snapshotQueries } from '../source/queries.ts';
import type { ChangedRows, Sink, TableState } from '../../sinks/sink.ts';
import { hasSameKey } from '../source/require-same-key.ts';
import type { SourceTable } from '../source/source-table.ts';
import { TableReader } from '../wire/table-reader.ts';
import { targetOf } from '../source/target-of.ts';

/** Rows that are looked at: so many ranges of the key, of so many rows each. */
const RANGES = 100;
const RANGE_ROWS = 100;

/**
 * Looks at whether rows changed and their cursor did not: a sample of the source is compared with what earlier runs
 * loaded of the same rows. Null for a table that is not loaded. Reads ranges of the primary key that begin at rows of the
 * sink, 10,000 rows in all; a table of no more rows is read whole.
 *
 * A row that is not loaded yet is no finding: its cursor differs. A column that is masked by hash is not compared, since
 * another salt would look like a change.
 */
export async function changedRows(request: {
  readonly session: Session;
  readonly table: SourceTable;
  readonly sink: Sink;
  /** What the sink knows of its tables. */
  readonly states: readonly TableState[];
  readonly signal: AbortSignal;
}): Promise<ChangedRows | null> {
  const { session, sink, states, signal } = request;
  const { columns } = request.table;
  const table = { ...request.table, columns: columns.filter(({ mask }) => mask !== 'hash') };
  if (table.keyIndex === null || !holdsCurrentRows(states, table)) return null;
  await using target = await sink.openTable(targetOf(table));
  await using comparer = await target.compare({ by: 'rows', action: 'report' });
  const reader = new TableReader(session, table.columns, table.further);
  const masks = new Masks(table, null);
  const read = async (queries: readonly string[], limit: number) => {
    let left = limit;
    for (const query of queries) {
      if (left <= 0) return;
      for await (const batch of reader.read(query)) {
        stopIfAborted(signal);
        masks.apply(batch);
        left -= batch.rows;
        await comparer.write(batch);
      }
    }
  };
  const all = RANGES * RANGE_ROWS;
  const inOrder = (after: Position | null, limit: number) =>
    read(snapshotQueries(table, { after, limit }), limit);
  const few = (target.state?.rows ?? 0) <= all;
  // Where no index has the key in order (a hash, prefixes), to sort would be to read the whole table.
  if (!table.keyOrdered) await read([select(table, { index: null, where: '', order: [], limit: all })], all);
  // A sink has no bytes of a text that was converted: then the first rows stand for all.
  else if (few || table.further.length > 0) await inOrder(null, all);
  else for (const start of await comparer.sample(RANGES)) await inOrder(start, RANGE_ROWS);
  return await comparer.changed();
}

/** A table that is loaded, and is no change log: that has versions of the past as well. */
function holdsCurrentRows(states: readonly TableState[], table: SourceTable): boolean {
  const { database, target } = table;
  return states.some(
    (state) =>
      state.database === database &&
      state.table === target &&
      state.loading === null &&
      !state.append &&
      hasSameKey(table, state),
  );
}
