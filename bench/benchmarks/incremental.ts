import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '../../src/format.ts';
import type { Benchmark, Stage } from '../benchmark.ts';
import { allMeasured, type Contender, type MeasuredResult, runContest } from '../lib/contest.ts';
import { extraction } from '../lib/extraction.ts';
import { COMMON_HEADER, commonCells, median } from '../lib/figures.ts';
import { type IndexedSource, indexedSample } from '../lib/indexed-source.ts';
import { measure } from '../lib/measure.ts';
import { changeBusiness } from '../lib/sample-data.ts';

/** The bound is exclusive and the sample's times have whole seconds. */
const UNTIL_CHANGES_ARE_BELOW_THE_BOUND = 2000;

const ORDERS = ['--db', 'business', '--table', 'order_tab'];

export const incremental: Benchmark = {
  name: 'incremental',
  describe: 'runs with nothing new, and with one row in a hundred changed',
  servers: 'each',
  async run(stage) {
    const indexed = await indexedSample(stage);
    const nothing = await contest(stage, [await nothingNew(stage, indexed)]);
    const changed = await contest(stage, [
      extraction({ ...orders(stage, indexed), name: 'order_tab, snapshot', fromNothing: true }),
      await afterChanges(stage, indexed),
    ]);
    const [snapshot, onePercent] = changed;
    const results = [...nothing, ...changed];
    return {
      results,
      tables: [
        {
          title: `incremental, ${formatCount(stage.settings.rows)} orders, ${stage.server.label}`,
          header: ['run', 'rows', 'server read', 'own s', ...COMMON_HEADER],
          rows: results.map(resultCells),
          notes: [ratioNote(onePercent!, snapshot!)],
        },
      ],
    };
  },
};

function resultCells(result: MeasuredResult): readonly string[] {
  const rows = median(result.samples, (sample) => sample.rows ?? 0);
  const read = median(result.samples, ({ server }) => server.rowsRead);
  return [
    result.contender,
    formatCount(rows),
    formatCount(read),
    ownSeconds(result).toFixed(2),
    ...commonCells(result),
  ];
}

function ratioNote(onePercent: MeasuredResult, snapshot: MeasuredResult): string {
  const ratio = ownSeconds(snapshot) / ownSeconds(onePercent);
  return `Without the process's start, the run of one in a hundred takes 1/${ratio.toFixed(1)} of the snapshot's time.`;
}

function ownSeconds({ samples }: MeasuredResult): number {
  return median(samples, (sample) => sample.ownSeconds ?? 0);
}

async function contest(stage: Stage, contenders: readonly Contender[]): Promise<readonly MeasuredResult[]> {
  return allMeasured(await runContest({ ...stage, contenders, repeat: stage.settings.repeat }));
}

function orders({ scratch }: Stage, indexed: IndexedSource) {
  return {
    ...indexed,
    select: ORDERS,
    sink: 'duckdb' as const,
    output: 'orders.duckdb',
    scratch,
    expectedRows: null,
  };
}

async function nothingNew({ scratch }: Stage, indexed: IndexedSource): Promise<Contender> {
  const all = {
    ...indexed,
    select: ['--all'],
    sink: 'duckdb' as const,
    output: 'all.duckdb',
    scratch,
    fromNothing: false,
  };
  const first = extraction({ ...all, name: 'all tables, first load', expectedRows: null });
  await measure(first.program, scratch);
  return extraction({ ...all, name: 'all nine tables, nothing new', expectedRows: 0 });
}

async function afterChanges(stage: Stage, indexed: IndexedSource): Promise<Contender> {
  const { server, settings, scratch } = stage;
  const kept = { ...orders(stage, indexed), output: 'kept.duckdb', fromNothing: false };
  const contender = extraction({ ...kept, name: 'order_tab, 1 % changed' });
  await measure(contender.program, scratch);
  // Another round changes other rows, also in a source that an earlier benchmark has changed.
  let round = Math.floor(Date.now() / 1000) % 1_000_000;
  return {
    ...contender,
    async prepare() {
      round += 1;
      const { business } = indexed.source.schemas;
      await changeBusiness(server, business, { rows: settings.rows, round, report: () => {} });
      await sleep(UNTIL_CHANGES_ARE_BELOW_THE_BOUND);
    },
  };
}
