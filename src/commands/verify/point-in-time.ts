import { UsageError } from '../../errors.ts';
import { parseDuration } from '../duration-option.ts';

/** Reads `7d` as a week ago, or an ISO 8601 date or time (UTC unless it names a zone), for a yargs option's `coerce`. */
export function parsePointInTime(value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{4}-/.test(value)) return new Date(Date.now() - (parseDuration(value) ?? 0) * 1000);
  const zoned = /T.*(Z|[+-]\d\d:\d\d)$/.test(value)
    ? value
    : `${value.includes('T') ? value : `${value}T00:00:00`}Z`;
  const time = new Date(zoned);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsageError(`expected a time such as 7d, 2025-12-14 or 2025-12-14T08:00:00Z, got "${value}"`);
}
