import { explain } from '../../databases/explain-plan.ts';
import type { Session } from '../../databases/session.ts';
import { describeSource, type ExtractedDatabase } from '../source/describe-source.ts';
import { Horizons } from '../bound/horizons.ts';
import { adviseMigration, type AdviseIndex } from '../source/index-advice.ts';
import { leadingValues } from '../source/leading-values.ts';
import { DEFAULT_OPTIONS, type ExtractOptions } from './options.ts';
import { requireOwnPlaces } from './own-places.ts';
import { requireIndex } from '../source/plan-gate.ts';
import { incrementalQueries, snapshotQueries } from '../source/queries.ts';
import type { PlannedRun } from './report.ts';
import { resume } from '../bound/resumption.ts';
import { fixBound } from '../bound/run-bound.ts';
import { readingWarnings } from './reading-warnings.ts';
import { modeOf } from './run-table.ts';
import { courseOf } from './whole-run.ts';
import type { SourceTable } from '../source/source-table.ts';
import type { RunMode, StateReader, TableState } from '../../sinks/sink.ts';
import { startPosition } from '../source/source-positions.ts';
import { stateOf } from '../source/target-of.ts';
import { asAsked } from './as-asked.ts';
import type { TableJob } from './table-job.ts';

/**
 * A dry run: what a run would read now, from which watermark and by which query. Nothing is read but plans and
 * positions, and nothing is written. Throws what the run would throw before it reads.
 */
export async function planRuns(request: {
  readonly databases: readonly ExtractedDatabase[];
  readonly states: StateReader;
  readonly options?: Partial<ExtractOptions>;
  readonly adviseIndex?: AdviseIndex;
  readonly signal?: AbortSignal;
}): Promise<readonly PlannedRun[]> {
  const options = { ...DEFAULT_OPTIONS, ...request.options };
  const { adviseIndex = adviseMigration, signal = new AbortController().signal } = request;
  const horizons = new Horizons();
  await requireOwnPlaces(request.states, request.databases);
  const states = await request.states.states();
  const planned: PlannedRun[] = [];
  for (const { database, tables } of request.databases) {
    for (const table of asAsked(await describeSource(database, tables), options)) {
      planned.push(
        await planTable(
          { database, table, options, adviseIndex, horizons, signal },
          stateOf(states, table.database, table.target),
        ),
      );
    }
  }
  return planned;
}

async function planTable(
  job: Omit<TableJob, 'runId' | 'sink' | 'observe'>,
  state: TableState | null,
): Promise<PlannedRun> {
  const { database, table, options } = job;
  await using session = await database.session();
  const mode = modeOf(table, options, state);
  if (table.strategy !== 'watermark') return planWhole(table, mode);
  const { upper, lookback, horizon, warnings } = await fixBound(session, job);
  const resumption = await resume(session, table, mode === 'snapshot' ? null : state, horizon);
  const watermark = mode === 'snapshot' ? null : (state?.watermark ?? null);
  const after =
    mode === 'snapshot'
      ? null
      : await startPosition(session, job, { watermark: resumption.from, lookback, firstAttempt: true });
  const range = { after, bound: upper, limit: options.statementRows };
  if (!options.allowScan) await requireIndex(session, job, range);
  const resumed = options.fullRefresh ? null : (state?.loading?.position ?? null);
  const byKey = mode === 'snapshot' && table.keyOrdered;
  // Of the ranges after a position the last is the widest: the others end its ties.
  const queries = byKey
    ? [snapshotQueries(table, { after: resumed, limit: options.statementRows }).at(-1)!]
    : (await leadingValues(session, table)).map((leading) =>
        incrementalQueries(table, { ...range, leading }).at(-1)!,
      );
  return {
    database: table.database,
    table: table.name,
    mode,
    index: table.index,
    watermark: { from: watermark, bound: upper.value },
    rowsEstimated: mode === 'snapshot' ? table.rowsEstimate : await estimateRows(session, queries),
    query: queries[0] ?? null,
    warnings: [...readingWarnings(table, mode), ...warnings, ...resumption.warnings],
  };
}

/** Of a comparison nobody knows how many rows differ. */
function planWhole(table: SourceTable, mode: RunMode): PlannedRun {
  const [query = null] =
    mode === 'compare' ? [] : courseOf(table, null).queries(null, DEFAULT_OPTIONS.statementRows);
  return {
    database: table.database,
    table: table.name,
    mode,
    index: table.keyIndex,
    watermark: { from: null, bound: '' },
    rowsEstimated: mode === 'compare' ? null : table.rowsEstimate,
    query,
    warnings: readingWarnings(table, mode),
  };
}

async function estimateRows(session: Session, queries: readonly string[]): Promise<number> {
  let rows = 0;
  for (const query of queries) rows += (await explain(session, query))?.rowsEstimated ?? 0;
  return rows;
}
