import { durationSeconds } from '../config/duration.ts';
import { UsageError } from '../errors.ts';

/** Reads `90s`, `30m`, `12h` or `7d` as seconds, for a yargs option's `coerce`. */
export function parseDuration(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = durationSeconds(value);
  if (seconds === null) {
    throw new UsageError(`expected a duration such as 90s, 30m, 12h or 7d, got "${value}"`);
  }
  return seconds;
}
