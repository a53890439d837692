import prettyBytes from 'pretty-bytes';
import { formatCount } from '../../src/format.ts';
import type { ContestResult, MeasuredResult, Sample } from './contest.ts';
import { spread } from './statistics.ts';

const MEGABYTE = 1e6;

/** The columns that every contest shares, for `row` below. */
export const COMMON_HEADER = ['min s', 'median s', 'max s', 'CPU s', 'server CPU s', 'peak memory'] as const;

/** Cells of `COMMON_HEADER`: seconds of the whole process, medians of the rest, the largest of the memory. */
export function commonCells({ samples }: MeasuredResult): readonly string[] {
  const seconds = spread(samples.map((sample) => sample.seconds));
  return [
    seconds.min,
    seconds.median,
    seconds.max,
    median(samples, ({ cpuSeconds }) => cpuSeconds),
    median(samples, ({ server }) => server.cpuSeconds),
  ]
    .map((value) => value.toFixed(2))
    .concat(prettyBytes(spread(samples.map(({ peakBytes }) => peakBytes)).max));
}

/** Columns of a contest that moves rows. */
export const MOVING_HEADER = ['rows/s', 'MB/s', ...COMMON_HEADER, 'server read'] as const;

/** Cells of `MOVING_HEADER`; megabytes are what the server sent. */
export function movingCells(result: MeasuredResult, rows: number): readonly string[] {
  const seconds = medianSeconds(result);
  const sent = median(result.samples, ({ server }) => server.bytesSent);
  return [
    formatCount(Math.round(rows / seconds)),
    (sent / MEGABYTE / seconds).toFixed(1),
    ...commonCells(result),
    formatCount(Math.round(median(result.samples, ({ server }) => server.rowsRead))),
  ];
}

export function medianSeconds({ samples }: MeasuredResult): number {
  return median(samples, ({ seconds }) => seconds);
}

export function median(samples: readonly Sample[], value: (sample: Sample) => number): number {
  return spread(samples.map(value)).median;
}

/** How many times as fast as another one, by the medians. */
export function speedRatio(result: ContestResult | undefined, other: ContestResult | undefined): string {
  if (result?.kind !== 'measured' || other?.kind !== 'measured') return '';
  return `${(medianSeconds(other) / medianSeconds(result)).toFixed(2)} ×`;
}

/** A line for each contender; one that failed says so in the first cell after its name. */
export function contestRows(
  results: readonly ContestResult[],
  width: number,
  cells: (result: MeasuredResult) => readonly string[],
): readonly (readonly string[])[] {
  return results.map((result) =>
    result.kind === 'measured'
      ? [result.contender, ...cells(result)]
      : [result.contender, 'failed', ...Array.from({ length: width - 1 }, () => '')],
  );
}

/** Why contenders failed, as notes below a table. */
export function failureNotes(results: readonly ContestResult[]): readonly string[] {
  return results.flatMap((result) =>
    result.kind === 'failed' ? [`${result.contender} failed: ${result.reason}`] : [],
  );
}
