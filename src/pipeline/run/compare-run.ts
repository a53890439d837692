import type { Session } from '../../databases/session.ts';
import { fixWholeBound, wholeMemory } from '../bound/whole-bound.ts';
import { compareWithSource } from '../compare/reconcile.ts';
import { makeCommit } from './make-commit.ts';
import type { RunProgress } from './run-progress.ts';
import { announce, type TableJob } from './table-job.ts';

/**
 * Compares a table with what the sink has of it, by checksums of key ranges, and moves the rows that differ: new, changed
 * and deleted ones. All of it sees the table as it was at one moment. A sink makes mended rows durable by themselves, and
 * the state follows them: a run that is cut short in between has done no harm, and the next one compares again.
 */
export async function runCompare(session: Session, job: TableJob, progress: RunProgress): Promise<void> {
  const { database, table, sink, options, signal } = job;
  const bound = await fixWholeBound(session, job);
  progress.bound = bound;
  progress.startOver();
  announce(job, progress);
  const found = await compareWithSource(session, {
    database,
    table,
    target: sink,
    comparison: { by: 'rows', action: 'mend' },
    options,
    signal,
  });
  progress.serverRowsRead += found.serverRowsRead;
  progress.pending.rows = found.missing + found.extra + found.different;
  await using writer = await sink.merge();
  const commit = makeCommit(job, progress, {
    watermark: null,
    memory: wholeMemory(table, bound),
    bound: bound.upper.value,
    loading: null,
  });
  progress.committed(await writer.commit(commit));
  progress.noteSnapshot(true, options.maxSnapshotSeconds);
}
