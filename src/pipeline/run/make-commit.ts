import type { Position } from '../../rows/position.ts';
import type { RunProgress } from './run-progress.ts';
import type { Commit, LoadingState } from '../../sinks/sink.ts';
import type { TableJob } from './table-job.ts';

/** What is committed with the rows written so far. */
export function makeCommit(
  job: TableJob,
  progress: RunProgress,
  to: { readonly watermark: Position | null; readonly bound: string; readonly loading: LoadingState | null },
): Commit {
  const { table, runId } = job;
  const now = new Date().toISOString();
  const horizon = progress.bound?.horizon ?? null;
  return {
    state: {
      database: table.database,
      table: table.name,
      cursor: table.order.map((column) => column.name),
      watermark: to.watermark,
      bound: to.bound,
      append: table.append,
      keyRules: table.keyRules,
      loading: to.loading,
      updatedAt: now,
    },
    run: {
      runId,
      database: table.database,
      table: table.name,
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
