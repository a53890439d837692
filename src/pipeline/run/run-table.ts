import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError, stopIfAborted } from '../../errors.ts';
import { runIncremental } from './incremental-run.ts';
import type { ExtractOptions } from './options.ts';
import type { TableRun } from './report.ts';
import type { RunProgress } from './run-progress.ts';
import type { RunMode, TableState } from '../../sinks/sink.ts';
import { runCompare } from './compare-run.ts';
import { runWhole } from './whole-run.ts';
import { runSnapshot } from './snapshot-run.ts';
import { explainSourceError, isWorthRetrying } from '../source/source-errors.ts';
import { requireSameKey } from '../source/require-same-key.ts';
import { cursorAndKey, type SourceTable } from '../source/source-table.ts';
import type { TableJob } from './table-job.ts';

/** Seconds before the first further attempt; each one waits twice as long as the one before, up to the longest. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 15;

/**
 * Moves what is new of one table. A connection that is lost is made again, and the run goes on from what was last
 * committed. Throws a WorkFailedError, a RefusedError or, when the signal was aborted, an InterruptedError; what was
 * committed by then stays.
 */
export async function runTable(job: TableJob, progress: RunProgress): Promise<TableRun> {
  const { table, options, observe, signal } = job;
  for (let attempt = 1; ; attempt += 1) {
    const committedBefore = progress.rowsCommitted;
    try {
      stopIfAborted(signal);
      await runOnce(job, progress);
      const run = progress.report(job.sink.output);
      observe({ kind: 'finished', run });
      return run;
    } catch (error) {
      progress.rolledBack();
      if (signal.aborted) stopIfAborted(signal);
      if (progress.rowsCommitted > committedBefore) attempt = 1;
      if (!isWorthRetrying(error) || attempt > options.retries) {
        throw explainSourceError(error, table, progress.rowsCommitted);
      }
      const inSeconds = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
      const reason = error instanceof Error ? error.message : String(error);
      observe({ kind: 'retrying', database: table.database, table: table.name, reason, attempt, inSeconds });
      await sleep(inSeconds * 1000, undefined, { signal }).catch(() => stopIfAborted(signal));
    }
  }
}

/** What a run of this table does. */
export function modeOf(table: SourceTable, options: ExtractOptions, state: TableState | null): RunMode {
  if (table.strategy === 'full') {
    if (state !== null && !options.fullRefresh) requireSameKind(table, state);
    return 'full';
  }
  if (options.fullRefresh) return 'snapshot';
  // Without the history there is nothing to load, only a place to begin.
  if (state === null) return options.start === null ? 'snapshot' : 'incremental';
  requireSameKind(table, state);
  requireSameKey(table, state);
  if (state.loading !== null) return 'snapshot';
  if (table.strategy === 'compare') return 'compare';
  // It was moved by another strategy, and there is no watermark to go on from.
  if (state.cursor.length === 0) return 'snapshot';
  const cursor = table.order.map((column) => column.name);
  if (sameNames(cursor, state.cursor) || isRegrouped(table, state)) return 'incremental';
  throw new RefusedError(
    `${table.database}.${table.name}: the watermark is of (${state.cursor.join(', ')}), and the cursor is now (${cursor.join(', ')})`,
    { hint: 'reload the table: --full-refresh' },
  );
}

/** The same cursor with the key in it or without: another index, or a table that was partitioned since. */
function isRegrouped(table: SourceTable, { cursor }: TableState): boolean {
  const whole = cursorAndKey(table).map((column) => column.name);
  const [, ...key] = cursor;
  return sameNames(cursor.slice(0, 1), whole.slice(0, 1)) && (key.length === 0 || sameNames(cursor, whole));
}

/** A column that was renamed in case alone is the same one, to the servers and to every sink. */
function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.join().toLowerCase() === right.join().toLowerCase();
}

/** A change log cannot become the current rows by going on, nor the other way round. */
function requireSameKind(table: SourceTable, state: TableState): void {
  if (table.append === state.append) return;
  const where = `${table.database}.${table.name}`;
  const reload = '--full-refresh reloads the table and gives up what the sink has of it';
  if (state.append) {
    throw new RefusedError(`${where}: the sink has a change log of it, and this run would replace rows`, {
      hint: ['give --append, or set append: true in the table file', reload],
    });
  }
  throw new RefusedError(`${where}: the sink has its current rows, and this run would append versions`, {
    hint: ['leave --append out, or append: true in the table file', reload],
  });
}

async function runOnce(job: TableJob, progress: RunProgress): Promise<void> {
  await using session = await job.database.session();
  if (progress.mode === 'compare') await runCompare(session, job, progress);
  else if (job.table.strategy !== 'watermark') await runWhole(session, job, progress);
  else if (progress.mode === 'snapshot') await runSnapshot(session, job, progress);
  else await runIncremental(session, job, progress);
}
