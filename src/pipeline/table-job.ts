import type { Database } from '../databases/database.ts';
import { InterruptedError } from '../errors.ts';
import type { Horizons } from './horizons.ts';
import type { AdviseIndex } from './index-advice.ts';
import type { ExtractOptions } from './options.ts';
import type { Observe } from './report.ts';
import type { RunProgress } from './run-progress.ts';
import type { SinkTable } from './sink.ts';
import type { SourceTable } from './source-table.ts';

/** One table's part of a run, and all that it needs. */
export interface TableJob {
  readonly runId: string;
  readonly database: Database;
  readonly table: SourceTable;
  readonly sink: SinkTable;
  readonly horizons: Horizons;
  readonly options: ExtractOptions;
  readonly adviseIndex: AdviseIndex;
  readonly observe: Observe;
  readonly signal: AbortSignal;
}

/** Says that a run is about to read. */
export function announce({ table, observe }: TableJob, progress: RunProgress): void {
  observe({
    kind: 'started',
    database: table.database,
    table: table.name,
    mode: progress.mode,
    rowsEstimate: table.rowsEstimate,
    bound: progress.bound?.upper.value ?? '',
  });
}

/** Stops at a place where nothing is half done. */
export function stopIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new InterruptedError('interrupted', {
    hint: 'what was committed is safe; the next run goes on from there',
  });
}
