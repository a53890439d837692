import type { Session } from '../../databases/session.ts';
import { fromSteps } from '../source/scaled-number.ts';
import type { SourceTable } from '../source/source-table.ts';
import { microsecondsOf, shifted, type Utc } from './utc-time.ts';
import { zoneOffsets } from './zone-offsets.ts';

/** What a cursor holds for an instant, as the server writes values of that column. */
export interface CursorTimes {
  /** At that very instant. */
  readonly at: string;
  /**
   * No instant from then until now has an earlier value than this. A DATETIME is local time: in the night in which an hour comes twice
   * it goes back, and so it does where somebody changes the server's zone.
   */
  readonly low: string;
  /** No earlier instant has a later value than this: in the hour that comes a second time, rows of the first lie ahead. */
  readonly high: string;
}

/** Offsets are looked at so often, for so long: no zone's clock is set by more hours, or twice in half of one. */
const STEP_SECONDS = 1800;
const STEPS = 6;

/**
 * The values of a cursor for an instant, given the time now. The server is asked what its zone's offsets are around it, so a
 * named zone and the system's own are the same. A column of whole seconds holds 05 for anything from 05.0 to 05.999: values
 * are cut to the column's resolution and compared with `<`.
 */
export async function cursorTimes(
  session: Session,
  table: SourceTable,
  utc: Utc,
  now: Utc,
): Promise<CursorTimes | null> {
  const kind = table.cursorKind;
  switch (kind.kind) {
    case 'none':
    case 'id':
      return null;
    case 'epoch': {
      const perUnit = { seconds: 1_000_000n, milliseconds: 1000n, microseconds: 1n }[kind.unit];
      const at = fromSteps((microsecondsOf(utc) * 10n ** BigInt(kind.scale)) / perUnit, kind.scale);
      return { at, low: at, high: at };
    }
    case 'time':
    case 'date': {
      const length = kind.kind === 'date' ? 10 : kind.precision === 0 ? 19 : 20 + kind.precision;
      const value = (seconds: number) => shifted(utc, seconds).slice(0, length);
      const { before, offset, after } = await offsetsAround(session, kind.timeZone ?? '+00:00', utc, now);
      return {
        at: value(offset),
        low: value(Math.min(offset, ...after)),
        high: value(Math.max(offset, ...before)),
      };
    }
  }
}

/** Seconds that a zone is ahead of UTC: in the hours before an instant, at it, and in the hours after it until now. */
interface OffsetsAround {
  readonly before: readonly number[];
  readonly offset: number;
  readonly after: readonly number[];
}

async function offsetsAround(session: Session, timeZone: string, utc: Utc, now: Utc): Promise<OffsetsAround> {
  const steps = Array.from({ length: STEPS }, (_, step) => (step + 1) * STEP_SECONDS);
  const before = steps.map((seconds) => shifted(utc, -seconds));
  const after = [...steps.map((seconds) => shifted(utc, seconds)).filter((instant) => instant < now), now];
  const [offset = 0, ...others] = await zoneOffsets(session, timeZone, [utc, ...before, ...after]);
  return { before: others.slice(0, before.length), offset, after: others.slice(before.length) };
}
