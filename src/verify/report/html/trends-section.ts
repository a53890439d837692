import type { RunRecord } from '../../../sinks/sink.ts';
import { groupBy } from '../../../schema/group-by.ts';
import type { Verification } from '../../verification.ts';
import { formatPercent } from '../format.ts';
import type { PoolUse, ReportContext } from '../report-context.ts';
import { type Point, timeline } from './charts.ts';
import { type Markup, markup } from './markup.ts';

/** What is known of earlier verifications, of the extraction's runs and of the pools; null where nothing is. */
export function trendsSection(verification: Verification, context: ReportContext): Markup | null {
  const names = verification.databases.map(({ database }) => database);
  const runs = (context.runs ?? []).filter(({ database }) => names.includes(database));
  const pools = (context.pools ?? []).filter(({ database }) => names.includes(database));
  const figures = [
    ...indexFigure(verification),
    ...rowsFigure(runs, names),
    ...lagFigure(runs, names),
    ...poolFigure(pools, names),
  ];
  if (figures.length === 0) return null;
  return markup`<section class="card" id="trends" aria-labelledby="trends-title"><h2 id="trends-title">Over time</h2>
${figures}</section>`;
}

function indexFigure({ databases }: Verification): readonly Markup[] {
  const points = databases.flatMap(({ database, history, record }) =>
    [...history, record].map(({ at, indexes }): Point => {
      const wrong = indexes.filter(({ state }) => state !== 'ok').length;
      return { at: new Date(at), series: database, value: wrong };
    }),
  );
  if (points.length <= databases.length) return [];
  const summary = `${points.length} verifications; zero is where a line should be.`;
  return [
    timeline(
      { caption: 'Indexes that were not as recorded', summary },
      'indexes',
      inOrder(points),
      databases.map(({ database }) => database),
    ),
  ];
}

function rowsFigure(runs: readonly RunRecord[], names: readonly string[]): readonly Markup[] {
  if (runs.length === 0) return [];
  const points = perRun(runs, (records) => records.reduce((sum, { rows }) => sum + rows, 0));
  const summary = `Rows of all tables of a run, ${points.length} runs by database.`;
  return [timeline({ caption: 'Rows moved by each run', summary }, 'rows', points, names)];
}

function lagFigure(runs: readonly RunRecord[], names: readonly string[]): readonly Markup[] {
  const points = perRun(
    runs.filter((run) => lagSeconds(run) !== null),
    (records) => Math.max(...records.map((record) => lagSeconds(record) ?? 0)),
  );
  if (points.length === 0) return [];
  const summary = 'How far behind its end each run stopped reading; the worst table of each run.';
  return [timeline({ caption: 'Watermark lag', summary }, 'seconds', points, names)];
}

function poolFigure(pools: readonly PoolUse[], names: readonly string[]): readonly Markup[] {
  const points = pools.flatMap(({ database, size, samples }) =>
    samples.map(({ at, inUse }): Point => ({
      at: new Date(at),
      series: database,
      value: (100 * inUse) / size,
    })),
  );
  if (points.length === 0) return [];
  const use = pools.map(
    ({ database, utilisation, peakInUse, size }) =>
      `${database} ${formatPercent(utilisation)} on average, ${peakInUse} of ${size} connections at most`,
  );
  return [
    timeline(
      {
        caption: 'Pool utilisation in the last run',
        summary: `${use.join('; ')}. 70 to 80 % is the aim under load.`,
      },
      '% of the pool',
      inOrder(points),
      names,
    ),
  ];
}

/** One point per run and database, at the time of its last table. */
function perRun(
  runs: readonly RunRecord[],
  value: (records: readonly RunRecord[]) => number,
): readonly Point[] {
  const groups = groupBy(runs, ({ database, runId }) => `${database}\n${runId}`);
  const points = [...groups.values()].map((records): Point => {
    const last = records
      .map(({ finishedAt }) => finishedAt)
      .toSorted()
      .at(-1)!;
    return { at: new Date(last), series: records[0]!.database, value: value(records) };
  });
  return inOrder(points);
}

/** From the time up to which it was safe to read, to the run's end. */
function lagSeconds({ details, finishedAt }: RunRecord): number | null {
  const horizon = details['horizon'];
  if (typeof horizon !== 'object' || horizon === null || !('utc' in horizon)) return null;
  const bound = Date.parse(`${String(horizon.utc).replace(' ', 'T')}Z`);
  return Number.isNaN(bound) ? null : Math.max(0, (Date.parse(finishedAt) - bound) / 1000);
}

function inOrder(points: readonly Point[]): readonly Point[] {
  return points.toSorted((one, other) => one.at.getTime() - other.at.getTime());
}
