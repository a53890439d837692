import type { Session } from '../../databases/session.ts';

/** A time as the server writes it: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`. Such texts sort as the times do. */
export type Utc = string;

/** The server's clock. */
export async function utcNow(session: Session): Promise<Utc> {
  return String(await session.value('SELECT UTC_TIMESTAMP(6)'));
}

const PER_MILLI = 1000n;

/** Microseconds since 1970. */
export function microsecondsOf(utc: Utc): bigint {
  const millis = Date.parse(`${utc.slice(0, 19).replace(' ', 'T')}Z`);
  return BigInt(millis) * PER_MILLI + BigInt(utc.slice(20).padEnd(6, '0'));
}

export function utcOf(microseconds: bigint): Utc {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const whole = new Date(Number((microseconds - fraction) / PER_MILLI)).toISOString().slice(0, 19);
  return `${whole.replace('T', ' ')}.${String(fraction).padStart(6, '0')}`;
}

export function shifted(utc: Utc, seconds: number): Utc {
  return utcOf(microsecondsOf(utc) + BigInt(Math.round(seconds * 1_000_000)));
}

/** Seconds from one time to another. */
export function secondsBetween(from: Utc, to: Utc): number {
  return Number(microsecondsOf(to) - microsecondsOf(from)) / 1_000_000;
}

/** The earliest of some times. */
export function earliest(first: Utc, ...others: readonly Utc[]): Utc {
  return others.reduce((least, utc) => (utc < least ? utc : least), first);
}
