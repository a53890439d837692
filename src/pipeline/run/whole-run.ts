import type { Session } from '../../databases/session.ts';
import type { Position } from '../../rows/position.ts';
import type { LoadingState } from '../../sinks/sink.ts';
import { fixWholeBound, wholeMemory } from '../bound/whole-bound.ts';
import { select, snapshotQueries } from '../source/queries.ts';
import { isTransactional, type SourceTable } from '../source/source-table.ts';
import { inSnapshots } from '../source/source-snapshot.ts';
import { makeCommit } from './make-commit.ts';
import { type Course, movementOf, moveRows } from './move-rows.ts';
import type { RunProgress } from './run-progress.ts';
import { announce, snapshotOptions, type TableJob } from './table-job.ts';

/**
 * Loads a whole table that has no cursor, aside, and puts it in its place when it is complete. With the strategy `full`
 * it is the table as it was at one moment, and a load that was cut short begins again. With `compare` the next
 * comparison finds what changed meanwhile, so the first load lets its snapshots go and goes on where it was cut short.
 */
export async function runWhole(session: Session, job: TableJob, progress: RunProgress): Promise<void> {
  const { table, sink, options } = job;
  const bound = await fixWholeBound(session, job);
  progress.bound = bound;
  const goOn = table.strategy === 'compare' ? (progress.state?.loading ?? null) : null;
  if (goOn === null) progress.startOver();
  announce(job, progress);
  const one = readsAtOneMoment(table);
  progress.serverRowsRead += await inSnapshots(session, snapshotOptions(job, one), async (snapshot) => {
    await snapshot.hold();
    let loading: LoadingState = { position: null, bound: bound.upper.value, watermark: null, ...goOn };
    const commit = (changed: LoadingState | null) =>
      makeCommit(job, progress, {
        watermark: null,
        memory: wholeMemory(table, bound),
        bound: loading.bound,
        loading: changed,
      });
    await using writer = await sink.load({ goOn: goOn !== null });
    const save = async () => {
      progress.committed(await writer.commit(commit(loading)));
      job.observe({ kind: 'committed', database: table.database, table: table.name, rows: progress.rows });
    };
    await moveRows(movementOf({ job, session, snapshot, writer, progress }), {
      ...courseOf(table, loading.position),
      async written(position) {
        loading = { ...loading, position };
        if (progress.pending.rows >= options.commitRows) await save();
      },
    });
    await snapshot.end();
    await save();
    progress.committed(await sink.publish(commit(null)));
  });
  progress.noteSnapshot(one, options.maxSnapshotSeconds);
}

/** Whether the rows of a run are those of one moment: then its snapshot is held until they are read. */
function readsAtOneMoment(table: SourceTable): boolean {
  return table.strategy === 'full' && isTransactional(table);
}

/** How a whole table is read: in key order, or in one statement where the rows have no order to be cut by. */
export function courseOf(table: SourceTable, after: Position | null): Omit<Course, 'written'> {
  if (table.keyOrdered) {
    return {
      order: table.key,
      after,
      queries: (position, limit) => snapshotQueries(table, { after: position, limit }),
    };
  }
  const all = select(table, { index: null, where: '', order: [], limit: null });
  return { order: [], after: null, queries: (position) => (position === null ? [all] : []) };
}
