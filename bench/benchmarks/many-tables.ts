import { availableParallelism } from 'node:os';
import { formatCount } from '../../src/format.ts';
import type { Benchmark, Stage } from '../benchmark.ts';
import { tidemark } from '../lib/bench-package.ts';
import { allMeasured, type Contender, type MeasuredResult, runContest } from '../lib/contest.ts';
import { extraction } from '../lib/extraction.ts';
import { median, MOVING_HEADER, medianSeconds, movingCells } from '../lib/figures.ts';
import { type IndexedSource, indexedSample } from '../lib/indexed-source.ts';

const TABLES = [
  ...['order_tab', 'dataset_image', 'api_order', 'user', 'dataset'].map(
    (table) => ['business', table] as const,
  ),
  ...['log_link_visit_action', 'log_visit', 'log_action', 'log_conversion'].map(
    (table) => ['matomo', `matomo_${table}`] as const,
  ),
];

export const manyTables: Benchmark = {
  name: 'many-tables',
  describe: 'first load of all nine tables at once against the best schedule that the cores allow',
  servers: 'one',
  async run(stage) {
    const indexed = await indexedSample(stage);
    const contenders = [
      starting(stage, indexed),
      loading(stage, indexed, 'all nine at once', ['--all']),
      ...TABLES.map(([database, table]) =>
        loading(stage, indexed, table, ['--db', database, '--table', table]),
      ),
    ];
    const results = allMeasured(await runContest({ ...stage, contenders, repeat: stage.settings.repeat }));
    const [begun, together, ...alone] = results;
    const moving = [together!, ...alone];
    return {
      results,
      tables: [
        {
          title: `many tables, ${stage.server.label}`,
          header: ['table', 'rows', ...MOVING_HEADER],
          rows: moving.map((result) => {
            const rows = median(result.samples, (sample) => sample.rows ?? 0);
            return [result.contender, formatCount(rows), ...movingCells(result, rows)];
          }),
          notes: [scheduleNote(begun!, together!, alone)],
        },
      ],
    };
  },
};

/**
 * No schedule is shorter than its longest table, nor than all the work, the server's included, spread evenly over the
 * cores. What a process costs before it reads is taken off each table and added once.
 */
function scheduleNote(
  begun: MeasuredResult,
  together: MeasuredResult,
  alone: readonly MeasuredResult[],
): string {
  const cores = availableParallelism();
  const startSeconds = medianSeconds(begun);
  const longest = Math.max(...alone.map((result) => medianSeconds(result) - startSeconds));
  const total = alone.reduce((sum, result) => sum + workSeconds(result) - workSeconds(begun), 0);
  const best = startSeconds + Math.max(longest, total / cores);
  const inTurn = alone.reduce((sum, result) => sum + medianSeconds(result), 0);
  const ratio = medianSeconds(together) / best;
  return (
    `The best schedule of ${cores} cores is ${best.toFixed(2)} s; all at once takes ${ratio.toFixed(2)} times that. ` +
    `One process after the other takes ${inTurn.toFixed(2)} s.`
  );
}

/** Of client and server. */
function workSeconds({ samples }: MeasuredResult): number {
  return median(samples, ({ cpuSeconds, server }) => cpuSeconds + server.cpuSeconds);
}

/** What a run costs before it reads: everything but the rows. */
function starting({ scratch }: Stage, { project, source }: IndexedSource): Contender {
  const args = ['extract-load', '--db', 'business', '--table', 'dataset', '--dry-run', '--output'];
  return { name: 'start', program: tidemark(project, source, [...args, `${scratch}/none.duckdb`]) };
}

function loading(
  { scratch }: Stage,
  indexed: IndexedSource,
  name: string,
  select: readonly string[],
): Contender {
  return extraction({
    ...indexed,
    name,
    select,
    sink: 'duckdb',
    output: 'tables.duckdb',
    scratch,
    expectedRows: null,
    fromNothing: true,
  });
}
