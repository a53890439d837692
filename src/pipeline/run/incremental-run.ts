import type { Session } from '../../databases/session.ts';
import type { Position } from '../../rows/position.ts';
import { makeCommit } from './make-commit.ts';
import { skipsLeading } from '../source/leading-values.ts';
import { movementOf } from './move-rows.ts';
import { moveCursorRange, moveNullCursors, moveZeroCursors } from './move-cursor-range.ts';
import { requireIndex } from '../source/plan-gate.ts';
import { resume } from '../bound/resumption.ts';
import { fixBound } from '../bound/run-bound.ts';
import type { RunProgress } from './run-progress.ts';
import { isAtOrAfter, lastPosition, startPosition } from '../source/source-positions.ts';
import { inSnapshots } from '../source/source-snapshot.ts';
import { isTransactional, readsNullCursors } from '../source/source-table.ts';
import { announce, snapshotOptions, type TableJob } from './table-job.ts';

/**
 * Reads what lies between the watermark and the bound, in the order (cursor, key), and merges it by key. Since rows
 * come in the order of the watermark, what was written can be committed with its last row's position at any time.
 */
export async function runIncremental(session: Session, job: TableJob, progress: RunProgress): Promise<void> {
  const { table, sink, options } = job;
  const bound = await fixBound(session, job);
  progress.bound = bound;
  if (progress.state === null) await publishEmpty(session, job, progress);
  const resumption = await resume(session, table, progress.state, bound.horizon);
  progress.resumption = resumption;
  const { from } = resumption;
  const after = await startPosition(session, job, {
    watermark: from,
    lookback: bound.lookback,
    firstAttempt: progress.rowsCommitted === 0,
  });
  if (!options.allowScan) {
    await requireIndex(session, job, { after, bound: bound.upper, limit: options.statementRows });
  }
  announce(job, progress);
  const joined = resumption.isFromScratch ? after === null : joins(job, after, from);
  const advances = bound.settled && joined;
  const inOrder = !skipsLeading(table);
  await using writer = await sink.merge({ skipUnchanged: resumption.rereads });
  const { watermark = null, memory = null } = progress.state ?? {};
  let reached = from;
  let unchanged = 0;
  const save = async () => {
    // What does not join the watermark leaves it, and what is known of it, as they are.
    const to = advances ? resumption.settle(reached) : { watermark, memory };
    const made = makeCommit(job, progress, { ...to, bound: bound.upper.value, loading: null });
    const committed = await writer.commit(made);
    progress.committed(committed, writer.unchanged - unchanged);
    ({ unchanged } = writer);
    job.observe({ kind: 'committed', database: table.database, table: table.name, rows: progress.rows });
  };

  // Two versions of a row in one commit of a change log could not be told apart: it reads in one snapshot.
  const reading = snapshotOptions(job, table.append && isTransactional(table));
  progress.serverRowsRead += await inSnapshots(session, reading, async (snapshot) => {
    const movement = movementOf({ job, session, snapshot, writer, progress });
    await moveCursorRange(movement, {
      after,
      bound: bound.upper,
      async written(position) {
        if (advances && inOrder) reached = further(job, reached, position);
        if (progress.pending.rows >= options.commitRows) await save();
      },
    });
    if (readsNullCursors(table)) await moveNullCursors(movement);
    if (after !== null) await moveZeroCursors(movement);
    // Out of the watermark's order, it moves once, when all that lies below the bound was read.
    if (!inOrder) await snapshot.hold();
    const end = inOrder ? null : await lastPosition(session, table, bound.upper);
    if (advances && end !== null) reached = further(job, reached, end);
    if (advances && (progress.rows > 0 || !resumption.isSampled)) await resumption.sampleUpTo(reached);
  });
  await save();
}

/** A table that begins at `--start` has no history to load. */
async function publishEmpty(session: Session, job: TableJob, progress: RunProgress): Promise<void> {
  const start = await startPosition(session, job, { watermark: null, lookback: 0, firstAttempt: true });
  const commit = makeCommit(job, progress, { watermark: start, bound: start?.[0] ?? '', loading: null });
  await using writer = await job.sink.load({ goOn: false });
  await writer.commit(commit);
  progress.committed(await job.sink.publish(commit));
}

/** Whether what is read joins what the watermark stands for; a window beyond it would leave a gap behind it. */
function joins(job: TableJob, after: Position | null, watermark: Position | null): boolean {
  return after === null || watermark === null || isAtOrAfter(job.table, watermark, after);
}

/** A lookback reads rows again that lie before the watermark; it must not go back with them. */
function further(job: TableJob, watermark: Position | null, position: Position): Position {
  return watermark === null || isAtOrAfter(job.table, position, watermark) ? position : watermark;
}
