import type { BenchmarkResult } from '../../benchmark/benchmark-result.ts';
import type { DatabaseVerification } from '../../verification.ts';
import { formatKnown, formatQueryTime } from '../format.ts';
import { type Bar, comparison } from './charts.ts';
import { type Markup, NOTHING, markup } from './markup.ts';

/** Bars of what each table's incremental query costs with its index and without: time, and rows the server read. */
export function benchmarkFigures({ benchmark }: DatabaseVerification): Markup {
  if (benchmark.length === 0) return NOTHING;
  const measured = benchmark.filter(({ withoutIndex }) => withoutIndex.kind === 'measured');
  const fewer = benchmark.filter((result) => readsOf(result).without > readsOf(result).with * 2).length;
  return markup`<h3>With and without the index</h3>
${
  measured.length === 0
    ? NOTHING
    : comparison(
        {
          caption: 'Rows that the server reads for one incremental query',
          summary: `With the index the server reads less than half as many rows on ${fewer} of ${benchmark.length} tables. The scale is logarithmic.`,
        },
        'rows read',
        measured.flatMap(readBars),
      )
}
${comparison(
  {
    caption: 'Time of one incremental query',
    summary:
      'The median of several runs; a bar that ends with “stopped” was not waited for any longer. The scale is logarithmic.',
  },
  'seconds',
  benchmark.flatMap(timeBars),
)}`;
}

function readsOf({ withIndex, withoutIndex }: BenchmarkResult) {
  return {
    with: withIndex.rowsRead,
    without: withoutIndex.kind === 'measured' ? withoutIndex.rowsRead : Infinity,
  };
}

function readBars(result: BenchmarkResult): readonly Bar[] {
  const { with: withIndex, without } = readsOf(result);
  return [
    bar(result, 'with index', withIndex, formatKnown(withIndex)),
    bar(result, 'without index', without, formatKnown(without)),
  ];
}

function timeBars(result: BenchmarkResult): readonly Bar[] {
  const { withIndex, withoutIndex } = result;
  const stopped = withoutIndex.kind === 'stopped';
  const seconds = stopped ? withoutIndex.afterSeconds : withoutIndex.seconds.median;
  const text = stopped ? `stopped after ${formatQueryTime(seconds)}` : formatQueryTime(seconds);
  return [
    bar(result, 'with index', withIndex.seconds.median, formatQueryTime(withIndex.seconds.median)),
    bar(result, 'without index', seconds, text),
  ];
}

function bar({ table }: BenchmarkResult, series: Bar['series'], value: number, text: string): Bar {
  // A logarithm has no zero.
  return { label: table, series, value: Math.max(value, 1e-6), text };
}
