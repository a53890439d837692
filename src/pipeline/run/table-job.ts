import type { Database } from '../../databases/database.ts';
import type { Horizons } from '../bound/horizons.ts';
import type { AdviseIndex } from '../source/index-advice.ts';
import type { ExtractOptions } from './options.ts';
import type { Observe } from './report.ts';
import type { RunProgress } from './run-progress.ts';
import type { SinkTable } from '../../sinks/sink.ts';
import type { SnapshotOptions } from '../source/source-snapshot.ts';
import type { SourceTable } from '../source/source-table.ts';

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

/** How a job's snapshots of the source are opened. */
export function snapshotOptions({ database, options }: TableJob, one: boolean): SnapshotOptions {
  const { statementTimeoutSeconds, maxSnapshotSeconds } = options;
  return { server: database.server, statementTimeoutSeconds, maxSnapshotSeconds, one };
}
