import type { Session } from '../../databases/session.ts';
import type { Position } from '../../rows/position.ts';
import { isAtOrAfter, positionAt } from '../source/source-positions.ts';
import type { SourceTable } from '../source/source-table.ts';
import type { BoundWarning } from './bound-warning.ts';
import type { Horizon, Pending } from './bound.ts';
import { cursorTimes } from './cursor-times.ts';
import { continuityOf, type Continuity, originOf, type SourceOrigin } from './source-origin.ts';
import { readSample } from './source-sample.ts';
import { secondsPassed } from './extractor-clock.ts';
import { parseMemory, type RememberedWriter, type SourceMemory } from './source-memory.ts';
import { earliest, secondsBetween, shifted, type Utc } from './utc-time.ts';

/** What a state has of an earlier run. */
export interface Progress {
  readonly watermark: Position | null;
  readonly memory?: unknown;
  /** Rows that the sink has; none if left out. */
  readonly rows?: number;
}

export interface Settled {
  readonly watermark: Position | null;
  readonly memory: SourceMemory;
}

/** Where a run goes on from the one before, and how far its watermark may go. */
export interface Resumption {
  /** Rows after it are read; null for the beginning. */
  readonly from: Position | null;
  /** Whether an earlier run has read rows after it. */
  readonly rereads: boolean;
  /** The source went back: the watermark may advance only by reading from the beginning. */
  readonly isFromScratch: boolean;
  /** Whether it is known by which rows the next run knows its source. */
  readonly isSampled: boolean;
  /** Reads the rows by which the next run knows its source: the last ones up to a position. */
  sampleUpTo(position: Position | null): Promise<void>;
  /** The watermark and what is remembered, once everything up to a position is read. */
  settle(read: Position | null): Settled;
  readonly warnings: readonly BoundWarning[];
}

/** Seconds by which the clocks' readings may be apart without one of them having been set. */
const CLOCK_NOISE = 0.25;
/** Seconds, and parts of the time that passed, that a clock may be behind without a word: clocks drift. */
const CLOCK_DRIFT = { seconds: 1, part: 0.001 };

/**
 * Compares what is with what the last run remembered.
 *
 * **Pending writers.** A run reads up to its bound, and its watermark stops at the earliest stamp that a pending writer
 * may still commit. One that was pending before keeps the stamp that was noted then. One that is new was not at work at the last look, or was a
 * running statement then: its stamps are not before that look's floor. As long as all that were pending still are, nothing
 * new can have appeared below what was read; when one has ended, the run reads from the watermark again.
 *
 * **Clocks.** Between two looks the server's clock must move as far as the extractor's. By how much it moved less, so much
 * it may have gone back, from the moment of the last look on. And local time goes back where the zone's offset falls.
 */
export async function resume(
  session: Session,
  table: SourceTable,
  state: Progress | null,
  horizon: Horizon,
): Promise<Resumption> {
  const watermark = state?.watermark ?? null;
  const memory = parseMemory(state?.memory);
  const origin = memory?.origin ?? null;
  const direct = await goOn(session, table, { watermark, memory }, horizon);
  const known = {
    watermark,
    from: direct.from,
    origin,
    rows: state?.rows ?? 0,
    lookedAt: memory?.serverNow ?? null,
  };
  const continuity = await continuityOf(session, table, known, horizon.server);
  const isBack = continuity.kind === 'went-back' || continuity.kind === 'emptied';
  const fromScratch = { watermark: null, memory: memory === null ? null : { ...memory, read: null } };
  const resumption = isBack ? await goOn(session, table, fromScratch, horizon) : direct;
  const now = originOf(table, horizon.server);
  // The rows of the earlier sample, and the columns that their hashes are of, until others are read.
  let sampled: Pick<SourceOrigin, 'sample' | 'columns'> = isBack || origin === null ? now : origin;
  return {
    ...resumption,
    rereads: resumption.rereads || isBack,
    isFromScratch: isBack,
    get isSampled() {
      return sampled.sample.length > 0 && sampled.columns === now.columns;
    },
    async sampleUpTo(position) {
      sampled = { columns: now.columns, sample: await readSample(session, table, position) };
    },
    settle(read) {
      const settled = resumption.settle(read);
      const { columns, sample } = sampled;
      return { ...settled, memory: { ...settled.memory, origin: { ...now, columns, sample } } };
    },
    warnings: [...continuityWarning(table, continuity, watermark), ...resumption.warnings],
  };
}

function continuityWarning(
  table: SourceTable,
  continuity: Continuity,
  watermark: Position | null,
): readonly BoundWarning[] {
  switch (continuity.kind) {
    // Of an empty table nothing is read again.
    case 'emptied':
    case 'same':
      return [];
    case 'moved':
      return [{ kind: 'source-moved', from: continuity.from, rowsCompared: continuity.compared }];
    case 'went-back':
      return [
        {
          kind: 'source-went-back',
          because: continuity.because,
          column: table.cursor.name,
          watermark: watermark?.[0] ?? '',
        },
      ];
  }
}

/** Where a run goes on from a watermark, as writers and clocks have it. */
async function goOn(
  session: Session,
  table: SourceTable,
  { watermark, memory }: { readonly watermark: Position | null; readonly memory: SourceMemory | null },
  horizon: Horizon,
): Promise<Omit<Resumption, 'isFromScratch' | 'isSampled' | 'sampleUpTo'>> {
  if (table.cursorKind.kind === 'id') {
    const settle = (read: Position | null) => ({ watermark: read, memory: remember(horizon, [], null) });
    return { from: watermark, rereads: false, settle, warnings: [] };
  }
  const step = memory === null ? null : clockStep(memory, horizon);
  const pending = pendingWriters(memory, horizon, step);
  const read = memory?.read ?? watermark;
  const reached = someEnded(memory, horizon) ? watermark : read;
  const back =
    memory === null || reached === null ? null : await wentBack(session, table, memory, horizon, step);
  const from = back === null ? reached : earlier(table, reached, back.position);
  const lowered = reached !== null && from !== reached;
  const end = await cursorPosition(session, table, horizon.utc, horizon, 'at');
  const limit = await limitOf(session, table, pending, horizon);
  const unknown = pending.some(({ since }) => since === null);
  const settle: Resumption['settle'] = (last) => {
    // In the hour that comes twice, rows of the first one lie beyond what the second has come to.
    const final = from !== null && isLater(table, from, end) ? last : earlier(table, last, end);
    const known = limit === null ? final : earlier(table, final, limit);
    const settled = unknown ? earlier(table, known, earlier(table, watermark, from)) : known;
    return {
      watermark: settled,
      memory: remember(horizon, pending, settled === final ? null : final),
    };
  };
  return {
    from,
    rereads: reached !== read || lowered,
    settle,
    warnings: [
      ...(lowered && back !== null && back.warning !== null ? [back.warning] : []),
      ...pendingWarning(horizon, pending),
    ],
  };
}

function remember(
  { serverNow, clock, floor, utc }: Horizon,
  pending: readonly RememberedWriter[],
  read: Position | null,
): SourceMemory {
  return { serverNow, clock, floor, bound: utc, pending, read };
}

/** Who may still commit old stamps, with the earliest that each may have. */
function pendingWriters(
  memory: SourceMemory | null,
  horizon: Horizon,
  step: ClockStep | null,
): readonly RememberedWriter[] {
  const known = memory?.pending ?? [];
  const now = horizon.pending.map((writer): RememberedWriter => {
    const { id, since } = known.find((before) => isSame(before, writer)) ?? writer;
    return { id, since: since ?? memory?.floor ?? null };
  });
  // Who cannot be seen may still be there.
  const unseen = horizon.transactionsVisible
    ? []
    : known.filter(({ id }) => !now.some((writer) => writer.id === id));
  // What a clock that went back gives from now on is earlier than what it gave then.
  const stamps = (since: Utc | null) =>
    since === null || step === null ? since : earliest(since, step.stampsFrom);
  return [...now, ...unseen].map(({ id, since }) => ({ id, since: stamps(since) }));
}

/** Seconds by which the beginning of one statement may differ from look to look: the list has whole seconds. */
const SAME_STATEMENT = 2;

/** A connection may have gone on to another statement. */
function isSame(before: RememberedWriter, now: Pending): boolean {
  if (before.id !== now.id) return false;
  if (before.since === null || now.since === null) return true;
  return Math.abs(secondsBetween(before.since, now.since)) <= SAME_STATEMENT;
}

function someEnded(memory: SourceMemory | null, { pending, transactionsVisible }: Horizon): boolean {
  const known = memory?.pending ?? [];
  if (!transactionsVisible) return known.length > 0;
  return known.some((before) => !pending.some((writer) => isSame(before, writer)));
}

/** The position before which no pending writer has a row; null where none holds the watermark. */
async function limitOf(
  session: Session,
  table: SourceTable,
  pending: readonly RememberedWriter[],
  horizon: Horizon,
): Promise<Position | null> {
  const [first, ...others] = pending.flatMap(({ since }) => since ?? []);
  if (first === undefined) return null;
  return cursorPosition(session, table, earliest(first, ...others), horizon, 'low');
}

async function cursorPosition(
  session: Session,
  table: SourceTable,
  utc: string,
  { serverNow }: Horizon,
  which: 'at' | 'low',
): Promise<Position | null> {
  const times = await cursorTimes(session, table, utc, serverNow);
  return times === null ? null : positionAt(session, table, times[which]);
}

interface WentBack {
  /** Rows that were written since the last run are not before it. */
  readonly position: Position | null;
  /** What is said if that is before what was read. */
  readonly warning: BoundWarning | null;
}

/** A clock that went back since the last look. */
interface ClockStep {
  readonly seconds: number;
  /** No stamp that was given since is earlier. */
  readonly stampsFrom: Utc;
  /** Whether it is no more than clocks drift apart. */
  readonly isDrift: boolean;
}

function clockStep(memory: SourceMemory, { serverNow, clock }: Horizon): ClockStep | null {
  const passed = secondsPassed(memory.clock, clock);
  const seconds = passed - secondsBetween(memory.serverNow, serverNow);
  if (seconds <= CLOCK_NOISE) return null;
  return {
    seconds,
    stampsFrom: shifted(memory.serverNow, -(seconds + CLOCK_NOISE)),
    isDrift: seconds <= CLOCK_DRIFT.seconds + passed * CLOCK_DRIFT.part,
  };
}

/** Where stamps may begin that were given since the last run. */
async function wentBack(
  session: Session,
  table: SourceTable,
  memory: SourceMemory,
  { serverNow }: Horizon,
  step: ClockStep | null,
): Promise<WentBack> {
  const least = step === null ? memory.bound : earliest(memory.bound, step.stampsFrom);
  const times = await cursorTimes(session, table, least, serverNow);
  if (times === null) return { position: null, warning: null };
  const position = await positionAt(session, table, times.low);
  const about = { kind: 'clock-went-back', column: table.cursor.name, from: times.low } as const;
  if (step === null) return { position, warning: { ...about, what: 'local-time', seconds: null } };
  const warning = { ...about, what: 'server-clock', seconds: Math.round(step.seconds) } as const;
  return { position, warning: step.isDrift ? null : warning };
}

function pendingWarning(
  { pending, heldBackBy, lagSeconds }: Horizon,
  writers: readonly RememberedWriter[],
): readonly BoundWarning[] {
  const others = pending.filter(
    ({ kind, connectionId, seconds }) =>
      kind !== 'prepared' && connectionId !== heldBackBy?.connectionId && seconds > lagSeconds,
  );
  const oldest = others.toSorted((left, right) => right.seconds - left.seconds)[0];
  if (oldest === undefined || oldest.kind === 'prepared') return [];
  const { kind: by, connectionId, seconds } = oldest;
  const since = writers.find(({ id }) => id === oldest.id)?.since ?? null;
  return [{ kind: 'watermark-held-back', by, connectionId, seconds, since }];
}

/** The earlier of two positions; null is the beginning. Of two with one cursor value a bare one is before every row. */
function earlier(table: SourceTable, left: Position | null, right: Position | null): Position | null {
  if (left === null || right === null) return null;
  if (isLater(table, left, right)) return right;
  return isLater(table, right, left) || left.length < right.length ? left : earlierOfTied(left, right);
}

function earlierOfTied(left: Position, right: Position): Position {
  return right.length < left.length ? right : left;
}

function isLater(table: SourceTable, left: Position, right: Position | null): boolean {
  return right === null || !isAtOrAfter(table, right, left);
}
