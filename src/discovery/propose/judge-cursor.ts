import { formatCount } from '../../format.ts';
import type { EpochUnit, WatermarkSpec } from '../../pipeline/source/table-spec.ts';
import type { KnownTable } from '../applications/application.ts';
import type { ColumnSample, TableReading } from '../facts.ts';
import { isTime } from '../../schema/introspect-tables.ts';
import { SAMPLE_ROWS } from '../inspect/sample-table.ts';
import type { Candidate } from './candidates.ts';
import type { CursorSees } from './choose-strategy.ts';
import { isStampedByServer } from './column-meaning.ts';
import { epochUnit } from './epoch-unit.ts';
import { type ClockPlace, judgeClock } from './judge-clock.ts';

/** Whether a column can be the cursor, and what the table file must say of it. */
export type Judgement =
  | {
      readonly kind: 'usable';
      readonly sees: CursorSees;
      readonly options: Pick<WatermarkSpec, 'epoch' | 'timeZone' | 'nullCursor'>;
      readonly evidence: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'unusable'; readonly reason: string };

/** What is known besides the column itself. */
export interface CursorPlace extends ClockPlace {
  readonly reading: TableReading;
  readonly known: KnownTable | null;
  readonly created: string | null;
  readonly appendOnly: boolean;
}

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

  const clock = judgeClock(candidate, { sample, found, filled, unit: unit?.unit ?? null }, place);
  if (clock.kind === 'unusable') return clock;
  warnings.push(...clock.warnings);
  if (found !== null && filled > 0) evidence.push(...tiesOf(found, filled));
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
      ...(clock.timeZone === null ? {} : { timeZone: clock.timeZone }),
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

function tiesOf({ distinct }: ColumnSample, filled: number): readonly string[] {
  if (distinct === filled) return ['no two rows share a value'];
  const shared = filled / Math.max(1, distinct);
  return shared < 2 ? [] : [`${shared.toFixed(shared < 10 ? 1 : 0)} rows share a value on average`];
}
