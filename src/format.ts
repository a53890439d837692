import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

/** 1234567 as `1,234,567`; a whole number. Not by Intl, whose first use loads its tables for longer than a short run takes. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 83.4 seconds as `1m 23.4s`. */
export function formatSeconds(seconds: number): string {
  return prettyMilliseconds(seconds * 1000, { secondsDecimalDigits: 1 });
}

/** 1540000 as `1.5 MB`. */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes, { maximumFractionDigits: 1 });
}
