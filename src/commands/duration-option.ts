import { UsageError } from '../errors.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Reads `90s`, `30m`, `12h` or `7d` as seconds, for a yargs option's `coerce`. */
export function parseDuration(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new UsageError(`expected a duration such as 90s, 30m, 12h or 7d, got "${value}"`);
  }
  return Number(amount) * SECONDS[unit as keyof typeof SECONDS];
}
