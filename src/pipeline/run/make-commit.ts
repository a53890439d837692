import type { RunProgress } from './run-progress.ts';
import type { Commit, TableState } from '../../sinks/sink.ts';
import type { TableJob } from './table-job.ts';

/** What is committed with the rows written so far. */
export function makeCommit(
  job: TableJob,
  progress: RunProgress,
  to: Pick<TableState, 'watermark' | 'memory' | 'loading'> & { readonly bound: string },
): Commit {
  const { table, runId } = job;
  const now = new Date().toISOString();
  const horizon = progress.bound?.horizon ?? null;
  return {
    state: {
      database: table.database,
      table: table.target,
      cursor: table.order.map((column) => column.name),
      watermark: to.watermark,
      bound: to.bound,
      append: table.append,
      keyRules: table.keyRules,
      loading: to.loading,
      memory: to.memory ?? null,
      updatedAt: now,
    },
    run: {
      runId,
      database: table.database,
      table: table.target,
      mode: progress.mode,
      startedAt: progress.startedAt.toISOString(),
      finishedAt: now,
      rows: progress.rows,
      from: progress.from,
      to: to.watermark,
      bound: to.bound,
      details: { horizon, index: table.index, warnings: progress.warnings },
    },
  };
}
