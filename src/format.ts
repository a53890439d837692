import prettyMilliseconds from 'pretty-ms';

const COUNT = new Intl.NumberFormat('en-US');

/** 1234567 as `1,234,567`. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** 83.4 seconds as `1m 23.4s`. */
export function formatSeconds(seconds: number): string {
  return prettyMilliseconds(seconds * 1000, { secondsDecimalDigits: 1 });
}
