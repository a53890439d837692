import { formatCount } from '../../format.ts';
import type { EpochUnit, TableSpec } from '../../pipeline/source/table-spec.ts';
import type { Application, KnownTable } from '../applications/application.ts';
import type { ColumnSample, ServerClock, TableReading } from '../facts.ts';
import { isTime, SAMPLE_ROWS } from '../inspect/sample-table.ts';
import { type Candidate, endsInUtc } from './candidates.ts';
import type { CursorSees } from './choose-strategy.ts';
import { isStampedByServer } from './column-meaning.ts';
import { epochUnit, secondsOfEpoch } from './epoch-unit.ts';
import { offsetText, secondsOf, zoneOfWriters } from './time-zone.ts';

/** Whether a column can be the cursor, and what the table file must say of it. */
export type Judgement =
  | {
      readonly kind: 'usable';
      readonly sees: CursorSees;
      readonly options: Pick<TableSpec, 'epoch' | 'timeZone' | 'nullCursor'>;
      readonly evidence: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'unusable'; readonly reason: string };

/** What is known besides the column itself. */
export interface CursorPlace {
  readonly reading: TableReading;
  readonly known: KnownTable | null;
  /** The application that writes the table's times in UTC. */
  readonly utc: Application | null;
  readonly created: string | null;
  readonly appendOnly: boolean;
  readonly clock: ServerClock;
}

/** More values in the future than this, and they are plans and no stamps. */
const FUTURE_SHARE = 0.05;
/** More rows without a cursor value than this cost every run enough to be said. */
const NULL_SHARE = 0.1;
/** So few rows say nothing of how an application sets a column. */
const FEW_ROWS = 100;

export function judgeCursor(candidate: Candidate, place: CursorPlace): Judgement {
  const { column, why } = candidate;
  if (why === 'growing-id') return judgeId(candidate, place);
  const { reading } = place;
  const sample = reading.kind === 'read' ? reading.sample : null;
  const found = sample?.columns.get(column.name) ?? null;
  const rows = sample?.rows ?? 0;
  const filled = found === null ? 0 : rows - found.nulls - found.zeros;
  if (rows >= FEW_ROWS && filled === 0 && !isStampedByServer(column)) {
    return { kind: 'unusable', reason: `${column.name} is set in none of ${formatCount(rows)} sampled rows` };
  }
  const evidence = [reasonOf(candidate, place), ...sampled(reading, rows)];
  const warnings: string[] = [];
  if (why === 'modified' && !isStampedByServer(column))
    evidence.push(...promise(found, rows, place, warnings));
  if (column.dataType === 'date')
    warnings.push(`${column.name} holds days: a change is read once its day is over`);

  const unit = isTime(column) ? null : unitOf(candidate, found, filled);
  if (unit !== null && 'reason' in unit) return { kind: 'unusable', reason: unit.reason };
  if (unit !== null && unit.guessed)
    warnings.push('the table is empty: that its numbers are seconds is a guess');

  const zone = found === null || found.latest === null ? null : zoneOf(candidate, found.latest, place);
  const timeZone =
    column.dataType === 'timestamp' || !isTime(column) ? null : (zone ?? knownZone(candidate, place));
  if (timeZone !== null && timeZone !== 0) {
    warnings.push(
      `its writers' clock is ${offsetText(timeZone)}, told by its latest value; where that zone has daylight saving time, take the offset of winter`,
    );
  }
  if (found !== null && filled > 0) {
    const future = futureValues(candidate, found, {
      unit: unit?.unit ?? null,
      zone: timeZone,
      clock: place.clock,
    });
    if (why !== 'known' && future > rows * FUTURE_SHARE) {
      return {
        kind: 'unusable',
        reason: `${column.name} has ${formatCount(future)} values in the future: plans, no stamps`,
      };
    }
    if (future > 0)
      warnings.push(
        `${formatCount(future)} sampled values are in the future, the latest ${found.latest}: such rows are read again once their time has come`,
      );
    evidence.push(...tiesOf(found, filled));
  }
  const nulls = found?.nulls ?? 0;
  if (nulls > rows * NULL_SHARE) {
    warnings.push(
      `${Math.round((nulls / rows) * 100)} % of the sampled rows have no ${column.name}: every run reads them again`,
    );
  }
  if (nulls > 0) evidence.push(`${formatCount(nulls)} NULLs`);
  else if (found !== null && rows > 0 && column.nullable) evidence.push('no NULLs');
  if (found !== null && found.zeros > 0)
    evidence.push(`${formatCount(found.zeros)} zero values, read again by every run`);
  return {
    kind: 'usable',
    sees: why === 'created' ? 'new-rows' : 'changes',
    options: {
      ...(unit === null ? {} : { epoch: unit.unit }),
      ...(timeZone === null ? {} : { timeZone: offsetText(timeZone) }),
      ...(nulls > 0 ? { nullCursor: 'include' as const } : {}),
    },
    evidence,
    warnings,
  };
}

function judgeId({ column }: Candidate, { appendOnly, known }: CursorPlace): Judgement {
  return {
    kind: 'usable',
    sees: 'new-rows',
    options: {},
    evidence: [
      appendOnly
        ? `${known?.because ?? 'rows are added and not changed, by its name'}: AUTO_INCREMENT says which are new`
        : 'no column says when a row changed; AUTO_INCREMENT says which are new',
    ],
    warnings: appendOnly
      ? []
      : [`a row that changes after it was read is not seen by ${column.name}: reconcile finds it`],
  };
}

function reasonOf({ column, why }: Candidate, { known, appendOnly }: CursorPlace): string {
  switch (why) {
    case 'known':
      return known?.because ?? 'known of this application';
    case 'on-update':
      return 'ON UPDATE CURRENT_TIMESTAMP: the server moves it with every change';
    case 'modified':
      return isStampedByServer(column)
        ? 'ON UPDATE CURRENT_TIMESTAMP: the server moves it with every change'
        : 'its name says when a row changed; without ON UPDATE that is a promise of the application';
    case 'created':
    case 'growing-id':
      return appendOnly ? 'rows are added and not changed, by its name' : 'says when a row was made';
  }
}

function sampled(reading: TableReading, rows: number): readonly string[] {
  if (reading.kind === 'slow') return ['not sampled: reading its last rows took too long'];
  if (rows === 0) return ['the table is empty'];
  return [`${rows < SAMPLE_ROWS ? 'all' : 'the last'} ${formatCount(rows)} rows sampled`];
}

function promise(
  found: ColumnSample | null,
  rows: number,
  { created }: CursorPlace,
  warnings: string[],
): readonly string[] {
  if (found === null || found.moved === null || rows === 0) return [];
  if (found.moved === 0 && rows >= FEW_ROWS) {
    warnings.push(
      `never later than ${created} in ${formatCount(rows)} rows: make sure that the application sets it`,
    );
    return [];
  }
  return [`later than ${created} in ${formatCount(found.moved)} of ${formatCount(rows)} rows`];
}

function unitOf(
  { column }: Candidate,
  found: ColumnSample | null,
  filled: number,
): { readonly unit: EpochUnit; readonly guessed: boolean } | { readonly reason: string } {
  if (found === null || filled === 0) {
    return column.dataType === 'int'
      ? { unit: 'seconds', guessed: true }
      : { reason: `${column.name} has no value that tells seconds from milliseconds` };
  }
  const unit = epochUnit(found.earliest, found.latest);
  return unit === null
    ? { reason: `the numbers of ${column.name} are no times since 1970` }
    : { unit, guessed: false };
}

function zoneOf({ column }: Candidate, latest: string, { clock, utc }: CursorPlace): number | null {
  if (column.dataType !== 'datetime') return null;
  const expected = utc !== null || endsInUtc(column.name) ? { ...clock, offsetMinutes: 0 } : clock;
  return zoneOfWriters(latest, expected);
}

function knownZone({ column, why }: Candidate, { utc }: CursorPlace): number | null {
  if (endsInUtc(column.name)) return 0;
  return utc !== null && why !== 'on-update' ? 0 : null;
}

/** Values later than the clock of whoever wrote them: by the server's count, or none where another zone explains them. */
function futureValues(
  { column }: Candidate,
  { future, latest }: ColumnSample,
  about: { readonly unit: EpochUnit | null; readonly zone: number | null; readonly clock: ServerClock },
): number {
  const utc = secondsOf(about.clock.utc);
  if (about.unit !== null) return latest !== null && secondsOfEpoch(latest, about.unit) > utc + 60 ? 1 : 0;
  if (about.zone === null || latest === null || column.dataType === 'timestamp') return future;
  return secondsOf(latest) > utc + about.zone * 60 + 60 ? Math.max(1, future) : 0;
}

function tiesOf({ distinct }: ColumnSample, filled: number): readonly string[] {
  if (distinct === filled) return ['no two rows share a value'];
  const shared = filled / Math.max(1, distinct);
  return shared < 2 ? [] : [`${shared.toFixed(shared < 10 ? 1 : 0)} rows share a value on average`];
}
