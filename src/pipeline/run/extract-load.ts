import { randomUUID } from 'node:crypto';
import type { Database } from '../../databases/database.ts';
import { combineErrors, InterruptedError, TidemarkError, stopIfAborted } from '../../errors.ts';
import { explainSourceError } from '../source/source-errors.ts';
import { describeSource, type ExtractedDatabase } from '../source/describe-source.ts';
import { Horizons } from '../bound/horizons.ts';
import { adviseMigration, type AdviseIndex } from '../source/index-advice.ts';
import { DEFAULT_OPTIONS, type ExtractOptions } from './options.ts';
import { requireOwnPlaces } from './own-places.ts';
import type { ExtractReport, Observe, TableFailure, TableRun } from './report.ts';
import { RunProgress } from './run-progress.ts';
import { modeOf, runTable } from './run-table.ts';
import { runInSlots } from './slots.ts';
import type { Sink, SinkTable, TableState } from '../../sinks/sink.ts';
import { asAsked } from './as-asked.ts';
import type { SourceTable } from '../source/source-table.ts';
import { requireVisibleColumns } from '../source/hidden-columns.ts';
import { targetOf } from '../source/target-of.ts';

export interface ExtractLoad {
  readonly databases: readonly ExtractedDatabase[];
  readonly sink: Sink;
  readonly options?: Partial<ExtractOptions>;
  /** What to do where a table is refused for want of its index; to write a migration for it, if left out. */
  readonly adviseIndex?: AdviseIndex;
  readonly observe?: Observe;
  readonly signal?: AbortSignal;
}

/**
 * Moves what is new of every table into the sink, the largest first, several at once. A table that fails does not stop
 * the others: its error is in the report. Throws a WorkFailedError before anything is moved if a table or column is
 * missing, and an InterruptedError once the signal is aborted.
 */
export async function extractLoad(request: ExtractLoad): Promise<ExtractReport> {
  const options = { ...DEFAULT_OPTIONS, ...request.options };
  const { sink, adviseIndex = adviseMigration, observe = () => {} } = request;
  const { signal = new AbortController().signal } = request;
  const runId = randomUUID();
  const horizons = new Horizons();
  await requireOwnPlaces(sink, request.databases);
  const described = await Promise.all(
    request.databases.map(async ({ database, tables }) => {
      const sources = asAsked(await describeSource(database, tables), options);
      return sources.map((table) => ({ database, table }));
    }),
  );
  const largestFirst = described
    .flat()
    .toSorted((left, right) => right.table.rowsEstimate - left.table.rowsEstimate);

  const runs: TableRun[] = [];
  const failures: TableFailure[] = [];
  const defects: unknown[] = [];
  const moveTable = async ({ database, table }: { database: Database; table: SourceTable }) => {
    if (signal.aborted) return;
    let progress: RunProgress | null = null;
    try {
      await using target = await sink.openTable(targetOf(table));
      const mode = modeOf(table, options, target.state);
      if (mode !== 'snapshot') await requireVisibleColumns(database, table, target.columns);
      const job = { runId, database, table, sink: target, horizons, options, adviseIndex, observe, signal };
      progress = new RunProgress(table, mode, startState(target, options));
      runs.push(await runTable(job, progress));
    } catch (thrown) {
      const rowsCommitted = progress?.rowsCommitted ?? 0;
      const error = explainSourceError(thrown, table, rowsCommitted);
      if (!(error instanceof TidemarkError)) defects.push(error);
      if (!(error instanceof TidemarkError) || error instanceof InterruptedError) return;
      const failure = { database: table.database, table: table.name, rowsCommitted, error };
      failures.push(failure);
      observe({ kind: 'failed', failure });
    }
  };
  const slots = { total: options.concurrency, perGroup: options.concurrencyPerDatabase };
  await runInSlots(largestFirst, slots, ({ database }) => database.name, moveTable);
  if (defects.length > 0) throw combineErrors(defects);
  stopIfAborted(signal);
  return { runs: inOrder(runs, described.flat()), ok: failures.length === 0, failures };
}

/** The state that a run begins with: without a load that it does not go on with. */
function startState(sink: SinkTable, options: ExtractOptions): TableState | null {
  const goesOn = sink.loadCanGoOn && !options.fullRefresh;
  return sink.state === null || goesOn ? sink.state : { ...sink.state, loading: null };
}

/** Runs end in any order; people read them in the order of the table files. */
function inOrder(
  runs: readonly TableRun[],
  tables: readonly { readonly table: SourceTable }[],
): readonly TableRun[] {
  return tables.flatMap(({ table }) =>
    runs.filter((run) => run.database === table.database && run.table === table.name),
  );
}
