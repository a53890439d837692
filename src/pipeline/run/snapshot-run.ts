import type { Session } from '../../databases/session.ts';
import type { Position } from '../../rows/position.ts';
import { makeCommit } from './make-commit.ts';
import { countZeroCursors, moveCursorRange, moveNullCursors } from './move-cursor-range.ts';
import { type Course, type Movement, movementOf, moveRows } from './move-rows.ts';
import { requireIndex } from '../source/plan-gate.ts';
import { snapshotQueries, type UpperBound } from '../source/queries.ts';
import { type Progress, resume, type Settled } from '../bound/resumption.ts';
import { parseMemory } from '../bound/source-memory.ts';
import { isElsewhere } from '../bound/source-origin.ts';
import { fixBound } from '../bound/run-bound.ts';
import type { RunProgress } from './run-progress.ts';
import type { LoadingState } from '../../sinks/sink.ts';
import { lastPosition } from '../source/source-positions.ts';
import { needsOneSnapshot, readsNullCursors, type SourceTable } from '../source/source-table.ts';
import { inSnapshots } from '../source/source-snapshot.ts';
import { announce, snapshotOptions, type TableJob } from './table-job.ts';

/** The position of a load without a key that has read everything: only to publish it is left. */
const ALL_READ: Position = [];

/**
 * Loads a whole table in primary-key order, aside, and puts it in its place when it is complete. Goes on from the last
 * committed chunk of a load that was cut short.
 *
 * The bound is fixed before the first chunk and kept when a load goes on: rows that change while the load runs are
 * stamped at or after it, and the incremental runs start from below it. So it does not matter which of a row's
 * versions the load has seen.
 */
export async function runSnapshot(session: Session, job: TableJob, progress: RunProgress): Promise<void> {
  const { table, sink, options } = job;
  progress.bound = await fixBound(session, job);
  const goOn = loadToGoOn(job, progress);
  const { upper, settled } = progress.bound;
  // The load does not need the index, and every run after it does: better to know now.
  if (!options.allowScan)
    await requireIndex(session, job, { after: null, bound: upper, limit: options.statementRows });
  announce(job, progress);
  const resumption = await resume(session, table, knownBefore(progress), progress.bound.horizon);
  progress.resumption = resumption;

  const one = needsOneSnapshot(table);
  progress.serverRowsRead += await inSnapshots(session, snapshotOptions(job, one), async (snapshot) => {
    await snapshot.hold();
    // Where the incremental runs start; ids that are not settled can still appear anywhere below the last.
    const start = goOn === null && settled ? await lastPosition(session, table, upper) : null;
    if (goOn === null) await resumption.sampleUpTo(start);
    let loading: LoadingState = goOn ?? {
      position: null,
      bound: upper.value,
      ...startOfRuns(table, resumption.settle(start)),
    };
    const commit = (changed: Partial<LoadingState>) => {
      loading = { ...loading, ...changed };
      const { watermark = null, memory = null } = progress.state ?? {};
      return makeCommit(job, progress, { watermark, memory, bound: loading.bound, loading });
    };
    await using writer = await sink.load({ goOn: goOn !== null });
    let last: Position | null = loading.position;
    const save = async () => {
      const made = commit({ position: last });
      progress.committed(await writer.commit(made));
      job.observe({ kind: 'committed', database: table.database, table: table.name, rows: progress.rows });
    };
    const movement = movementOf({ job, session, snapshot, writer, progress });
    if (goOn === null) await countZeroCursors(movement);
    const written = async (position: Position) => {
      last = position;
      if (progress.pending.rows >= options.commitRows) await save();
    };
    if (table.keyOrdered) {
      const queries = (after: Position | null, limit: number) => snapshotQueries(table, { after, limit });
      await moveRows(movement, { order: table.key, after: loading.position, queries, written });
    } else if (loading.position?.length !== ALL_READ.length) {
      await moveWithoutKey(movement, loading, { operator: upper.operator, written });
      last = ALL_READ;
    }
    await snapshot.end();
    await save();
    const { watermark, memory = null, bound } = loading;
    const complete = makeCommit(job, progress, { watermark, memory, bound, loading: null });
    progress.committed(await sink.publish(complete));
  });
}

/**
 * Without a key there is only the cursor's order to go by, so what changes while the load runs is left for the
 * incremental runs: rows up to the one that they start behind are read, and those whose cursor is NULL.
 */
async function moveWithoutKey(
  movement: Movement,
  { position, bound, watermark }: LoadingState,
  { operator, written }: Pick<UpperBound, 'operator'> & Pick<Course, 'written'>,
): Promise<void> {
  const toBound = watermark === null || movement.job.table.key.length > 0;
  const end: UpperBound = toBound ? { operator, value: bound } : { operator: '<=', value: watermark[0]! };
  await moveCursorRange(movement, { after: position, bound: end, written });
  if (readsNullCursors(movement.job.table)) await moveNullCursors(movement);
}

/** A load that was cut short goes on where it was begun; the rows of another server start over. */
function loadToGoOn({ table }: TableJob, { state, bound }: RunProgress): LoadingState | null {
  const loading = state?.loading ?? null;
  const origin = parseMemory(loading?.memory)?.origin;
  if (loading === null || origin === undefined || bound === null) return loading;
  const here = { server: bound.horizon.server, schema: table.schema, table: table.name };
  return isElsewhere(origin, here) ? null : loading;
}

/** A load starts over, and what an earlier run saw of the server's transactions holds all the same. */
function knownBefore({ state }: RunProgress): Progress {
  const memory = parseMemory(state?.memory);
  return { watermark: null, memory: memory === null ? null : { ...memory, read: null } };
}

/** Without a key the load reads no further than the watermark, if there is one. */
function startOfRuns(table: SourceTable, { watermark, memory }: Settled): Settled {
  return table.key.length > 0 || watermark === null
    ? { watermark, memory }
    : { watermark, memory: { ...memory, read: null } };
}
