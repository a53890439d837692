/** Minutes that the zones of the world are ahead of UTC, besides whole hours (IANA time zone database). */
const FRACTIONS = [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765] as const;
const OFFSETS: readonly number[] = [
  ...Array.from({ length: 27 }, (_, hour) => (hour - 12) * 60),
  ...FRACTIONS,
].toSorted((left, right) => left - right);
const MOST_MINUTES = 14 * 60;

/** A clock of an application may be this much ahead of the server's and still be meant to agree with it. */
const TOLERANCE_SECONDS = 60;
/** A row that is not older was written a moment ago, so that its zone can be told. */
const FRESH_SECONDS = 600;

/** Offsets that are some zone's summer time, and the months in which they may be (IANA time zone database). */
const SUMMER_TIMES: readonly (readonly [months: readonly number[], offsets: readonly number[]])[] = [
  [
    [3, 4, 5, 6, 7, 8, 9, 10, 11],
    [-480, -420, -360, -300, -240, -180, -150, -120, 0, 60, 120, 180],
  ],
  [
    [9, 10, 11, 12, 1, 2, 3, 4],
    [-180, 630, 660, 780, 825],
  ],
];

/** When a value was read, and the zone that it would be in if it were the server's. */
export interface ReadAt {
  /** As the server writes a DATETIME. */
  readonly utc: string;
  /** Minutes that the server's zone is ahead of UTC. */
  readonly offsetMinutes: number;
}

/** What the latest value of a DATETIME says of the zone of its writers. */
export type WritersZone =
  /** They agree with the server, or are behind it by what nothing tells. */
  | { readonly kind: 'as-expected' }
  | { readonly kind: 'other'; readonly offsetMinutes: number }
  /** The value is ahead of the server's clock by what a zone may be, and too old to tell which. */
  | { readonly kind: 'ahead' }
  /** In no zone is it over yet. */
  | { readonly kind: 'future' };

/**
 * Tells the zone by a value that was written a moment ago. The offset is never more than the true one, all year round: a
 * bound in too small an offset comes late, one in too large an offset would lose rows. So one that may be summer time is
 * taken for an hour less.
 */
export function zoneOfWriters(latest: string, { utc, offsetMinutes }: ReadAt): WritersZone {
  const value = secondsOf(latest);
  const now = secondsOf(utc);
  if (value <= now + offsetMinutes * 60 + TOLERANCE_SECONDS) {
    const writesUtc = value <= now + TOLERANCE_SECONDS && value > now - FRESH_SECONDS;
    return writesUtc && offsetMinutes * 60 > FRESH_SECONDS
      ? { kind: 'other', offsetMinutes: 0 }
      : { kind: 'as-expected' };
  }
  if (value > now + MOST_MINUTES * 60 + TOLERANCE_SECONDS) return { kind: 'future' };
  const offset = OFFSETS.find((minutes) => value <= now + minutes * 60 + TOLERANCE_SECONDS)!;
  if (value <= now + offset * 60 - FRESH_SECONDS) return { kind: 'ahead' };
  return { kind: 'other', offsetMinutes: isSummerTime(offset, utc) ? offset - 60 : offset };
}

function isSummerTime(offset: number, utc: string): boolean {
  const month = Number(utc.slice(5, 7));
  return SUMMER_TIMES.some(([months, offsets]) => months.includes(month) && offsets.includes(offset));
}

/** `+08:00`, as a table file writes it. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${digits(size / 60)}:${digits(size % 60)}`;
}

function digits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

/** Seconds since 1970 of a DATETIME, as if it were in UTC. */
export function secondsOf(time: string): number {
  return Date.parse(`${time.slice(0, 10)}T${time.slice(11, 19) || '00:00:00'}Z`) / 1000;
}
