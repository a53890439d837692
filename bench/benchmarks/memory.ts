import { formatCount } from '../../src/format.ts';
import type { Benchmark, Stage } from '../benchmark.ts';
import { allMeasured, type MeasuredResult, runContest } from '../lib/contest.ts';
import { extraction } from '../lib/extraction.ts';
import { MOVING_HEADER, movingCells } from '../lib/figures.ts';
import { indexedOrders } from '../lib/indexed-source.ts';

export const memory: Benchmark = {
  name: 'memory',
  describe: 'first loads of ever more rows: memory must stay, time may grow with the rows only',
  servers: 'one',
  async run(stage) {
    const measured: (readonly [number, MeasuredResult])[] = [];
    for (const rows of stage.settings.growth) measured.push([rows, await load(stage, rows)]);
    return {
      results: measured.map(([rows, result]) => ({ rows, ...result })),
      tables: [
        {
          title: `memory and cost by size, order_tab to DuckDB, ${stage.server.label}`,
          header: ['rows', ...MOVING_HEADER],
          rows: measured.map(([rows, result]) => [formatCount(rows), ...movingCells(result, rows)]),
          notes: [],
        },
      ],
    };
  },
};

async function load(stage: Stage, rows: number): Promise<MeasuredResult> {
  const contender = extraction({
    ...(await indexedOrders(stage, rows)),
    name: formatCount(rows),
    select: ['--db', 'business', '--table', 'order_tab'],
    sink: 'duckdb',
    output: 'growth.duckdb',
    scratch: stage.scratch,
    expectedRows: rows,
    fromNothing: true,
  });
  const [result] = allMeasured(
    await runContest({ ...stage, contenders: [contender], repeat: stage.settings.repeat }),
  );
  return result!;
}
