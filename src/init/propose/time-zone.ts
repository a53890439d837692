import type { ServerClock } from '../facts.ts';

/** Minutes that the zones of the world are ahead of UTC, besides whole hours (IANA time zone database). */
const FRACTIONS = [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765] as const;
const OFFSETS: readonly number[] = [
  ...Array.from({ length: 27 }, (_, hour) => (hour - 12) * 60),
  ...FRACTIONS,
].toSorted((left, right) => left - right);

/** A clock of an application may be this much ahead of the server's and still be meant to agree with it. */
const TOLERANCE_SECONDS = 60;
/** A row that is not older was written a moment ago, so that its zone can be told. */
const FRESH_SECONDS = 600;

/**
 * The offset, in minutes, of the zone in which an application writes a DATETIME, told from its latest value; null where
 * it agrees with the server's, or cannot be told. Of the zones in which that value is not in the future, it is the one that
 * is least ahead of UTC: a bound in too small an offset comes late, one in too large an offset would lose rows.
 */
export function zoneOfWriters(latest: string, clock: ServerClock): number | null {
  const value = secondsOf(latest);
  const utc = secondsOf(clock.utc);
  const ahead = value - (utc + clock.offsetMinutes * 60);
  if (ahead > TOLERANCE_SECONDS) {
    return OFFSETS.find((minutes) => value <= utc + minutes * 60 + TOLERANCE_SECONDS) ?? null;
  }
  const writesUtc = value <= utc + TOLERANCE_SECONDS && value > utc - FRESH_SECONDS;
  return writesUtc && clock.offsetMinutes > FRESH_SECONDS / 60 ? 0 : null;
}

/** `+08:00`, as a table file writes it. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${digits(size / 60)}:${digits(size % 60)}`;
}

function digits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

export function secondsOf(time: string): number {
  return Date.parse(`${time.slice(0, 10)}T${time.slice(11, 19) || '00:00:00'}Z`) / 1000;
}
