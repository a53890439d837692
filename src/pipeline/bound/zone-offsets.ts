import type { Session } from '../../databases/session.ts';
import { shifted, type Utc, utcNow } from './utc-time.ts';

const DAY_SECONDS = 86_400;
/** No zone has another time for less than a month (the shortest are Morocco's weeks of Ramadan). */
const SAMPLE_DAYS = 14;
const SAMPLES = 27;

/**
 * Seconds that a zone is ahead of UTC at each of these instants. The server is asked, so that a named zone and its system's
 * own are known as it knows them.
 */
export async function zoneOffsets(
  session: Session,
  timeZone: string,
  instants: readonly Utc[],
): Promise<readonly number[]> {
  const fixed = /^([+-])(\d\d):(\d\d)$/.exec(timeZone);
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed;
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
    return instants.map(() => offset);
  }
  const list = instants.map(() => "TIMESTAMPDIFF(SECOND, ?, CONVERT_TZ(?, '+00:00', ?))").join(', ');
  const values = instants.flatMap((instant) => [instant, instant, timeZone]);
  const [row] = await session.query(`SELECT ${list}`, values, { rowsAsArray: true });
  return Object.values(row ?? {}).map(Number);
}

/** Whether the zone's clock is set forward and back, as with summer time: whether its offset changes within a year. */
export async function hasSummerTime(session: Session, timeZone: string): Promise<boolean> {
  const now = await utcNow(session);
  const instants = Array.from({ length: SAMPLES }, (_, at) => shifted(now, at * SAMPLE_DAYS * DAY_SECONDS));
  return new Set(await zoneOffsets(session, timeZone, instants)).size > 1;
}
