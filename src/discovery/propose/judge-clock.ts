import { formatCount } from '../../format.ts';
import type { EpochUnit } from '../../pipeline/source/table-spec.ts';
import type { Application } from '../applications/application.ts';
import type { ColumnSample, ServerClock, TableSample } from '../facts.ts';
import { type Candidate, endsInUtc } from './candidates.ts';
import { secondsOfEpoch } from './epoch-unit.ts';
import { offsetText, secondsOf, type WritersZone, zoneOfWriters } from './time-zone.ts';

/** What a cursor's latest values say of the clock that they are set by. */
export type ClockJudgement =
  | { readonly kind: 'fine'; readonly timeZone: string | null; readonly warnings: readonly string[] }
  | { readonly kind: 'unusable'; readonly reason: string };

/** What was found of the column. */
export interface FoundTimes {
  readonly sample: TableSample | null;
  readonly found: ColumnSample | null;
  /** Rows that have a value. */
  readonly filled: number;
  readonly unit: EpochUnit | null;
}

/** Whose clock it is, as far as that is known. */
export interface ClockPlace {
  /** The application that writes the table's times in UTC. */
  readonly utc: Application | null;
  readonly clock: ServerClock;
}

/** More values in the future than this, and they are plans and no stamps. */
const FUTURE_SHARE = 0.05;
/** A clock may be this much ahead of the server's. */
const FUTURE_SECONDS = 60;

export function judgeClock(candidate: Candidate, times: FoundTimes, place: ClockPlace): ClockJudgement {
  const { sample, found, filled } = times;
  const { column, why } = candidate;
  const known = knownZone(candidate, place);
  const asKnown = known === null ? null : offsetText(known);
  if (sample === null || found === null || filled === 0)
    return { kind: 'fine', timeZone: asKnown, warnings: [] };
  const zone = zoneOf(candidate, found, sample, place);
  if (zone?.kind === 'other') {
    const timeZone = offsetText(zone.offsetMinutes);
    const warning = `its writers' clock is ${timeZone} at the least, told by its latest value: check timeZone, and take the offset of winter`;
    return { kind: 'fine', timeZone, warnings: zone.offsetMinutes === 0 ? [] : [warning] };
  }
  const fine = (...warnings: readonly string[]): ClockJudgement => ({
    kind: 'fine',
    timeZone: asKnown,
    warnings,
  });
  if (zone?.kind === 'ahead') {
    return fine(
      `its writers' clock is ahead of the server's (the latest value is ${found.latest}): set timeZone, or changes are read late`,
    );
  }
  const future = zone?.kind === 'as-expected' ? 0 : futureValues(times, found, sample);
  if (future === 0) return fine();
  const count = formatCount(future);
  if (why !== 'known' && future > sample.rows * FUTURE_SHARE) {
    return { kind: 'unusable', reason: `${column.name} has ${count} values in the future: plans, no stamps` };
  }
  return fine(
    `${count} sampled values are in the future, the latest ${found.latest}: such rows are read again once their time has come`,
  );
}

/** Only a DATETIME is local time of whoever wrote it. */
function zoneOf(
  { column }: Candidate,
  { latest }: ColumnSample,
  { utc }: TableSample,
  place: ClockPlace,
): WritersZone | null {
  if (column.dataType !== 'datetime' || latest === null) return null;
  const expectsUtc = place.utc !== null || endsInUtc(column.name);
  return zoneOfWriters(latest, { utc, offsetMinutes: expectsUtc ? 0 : place.clock.offsetMinutes });
}

function knownZone({ column, why }: Candidate, { utc }: ClockPlace): number | null {
  if (column.dataType !== 'datetime') return null;
  return endsInUtc(column.name) || (utc !== null && why !== 'on-update') ? 0 : null;
}

/** By the server's count; of numbers, whether the latest one is. */
function futureValues({ unit }: FoundTimes, { future, latest }: ColumnSample, { utc }: TableSample): number {
  if (unit === null || latest === null) return future;
  return secondsOfEpoch(latest, unit) - secondsOf(utc) > FUTURE_SECONDS ? 1 : 0;
}
