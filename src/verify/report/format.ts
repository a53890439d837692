import prettyMilliseconds from 'pretty-ms';
import { formatCount } from '../../format.ts';
import type { Output } from '../../output.ts';

/** What text for a terminal is drawn with. */
export type TextStyle = Pick<Output, 'colors' | 'table'>;

/** Digits in groups of three; `-` for what is not known. */
export function formatKnown(count: number | null): string {
  return count === null ? '-' : formatCount(count);
}

/** A query's time: 0.0042 as `4.2ms`, 12.34 as `12.3s`. */
export function formatQueryTime(seconds: number): string {
  return prettyMilliseconds(seconds * 1000, seconds < 1 ? { millisecondsDecimalDigits: 1 } : {});
}

/** 0.083 as `8.3 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** 93.7 as `94x`. */
export function formatFactor(factor: number): string {
  return `${factor.toFixed(factor < 10 ? 1 : 0)}x`;
}
