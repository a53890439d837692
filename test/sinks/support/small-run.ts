/**
 * Runs as an extract-load makes them, of a source that is a function of its round: a process that is killed and the one
 * that goes on need tell each other nothing. Each round changes the source, and a run brings the sink to it.
 */
import type { Position } from '../../../src/rows/position.ts';
import type { BatchWriter, Sink, SinkTable, TargetTable } from '../../../src/sinks/sink.ts';
import { giveRows, type Row } from './batches.ts';
import {
  commitOf,
  type CommitSettings,
  inKeyOrder,
  LOG,
  loadingState,
  ORDERS,
  order,
  orders,
  positionOf,
} from './tables.ts';

/** What a run does: an incremental one adds what changed, to current rows (`merge`) or to a change log (`append`). */
export const ACTIONS = ['load', 'merge', 'append', 'rename', 'mend', 'mark', 'compact'] as const;
export type Action = (typeof ACTIONS)[number];

/** Commits of a run that has that many rows. */
const COMMITS = 2;
const BASE_ROWS = 6;
/** Windows of a comparison, of which each is closed by itself. */
export const WINDOWS = [
  { after: null, upTo: ['6'] },
  { after: ['6'], upTo: null },
] as const;

/** Brings a sink to a round of the source. `beforeCommit` is waited for before each commit. */
export async function act(
  sink: Sink,
  action: Action,
  round: number,
  beforeCommit: () => Promise<void> = async () => {},
): Promise<void> {
  if (action === 'compact') {
    await sink.compact?.([ORDERS, LOG]);
    return;
  }
  const target = action === 'append' ? LOG : action === 'rename' ? renamed(round) : ORDERS;
  await using table = await sink.openTable(target);
  // A table that has another name has the rows that it had.
  const run: Run = { table, target, round: action === 'rename' ? 0 : round, beforeCommit };
  if (action === 'load') await load(run);
  else if (action === 'mend' || action === 'mark') await mend(run, action);
  else await merge(run);
}

interface Run {
  readonly table: SinkTable;
  readonly target: TargetTable;
  readonly round: number;
  readonly beforeCommit: () => Promise<void>;
}

/** The rows that a source has whose changes move its cursor: two rows are updated in a round, and one is new. */
export function movedRows(round: number): readonly Row[] {
  const rows = new Map(orders(1, BASE_ROWS).map((row) => [row['id'], row]));
  for (let now = 1; now <= round; now += 1) for (const row of movedIn(now)) rows.set(row['id'], row);
  return inKeyOrder(ORDERS, [...rows.values()]);
}

/** What a round changes of them, in the order of the cursor. */
export function movedIn(round: number): readonly Row[] {
  const changed = `2024-02-01 00:${String(round).padStart(2, '0')}:00.000000`;
  const ids = [(round % BASE_ROWS) + 1, ((round + 1) % BASE_ROWS) + 1, 100 + round].toSorted(
    (left, right) => left - right,
  );
  return ids.map((id) => order(id, { n: BigInt(round), changed }));
}

/** The rows that a source has whose changes do not move its cursor: some have other values, one is gone and one back. */
export function driftedRows(round: number): readonly Row[] {
  return orders(1, 12)
    .map((row, at) => (at % 3 === round % 3 ? { ...row, n: BigInt(round) } : row))
    .filter((_, at) => at !== round % 12);
}

/** The orders under the name that they have in a round. */
export function renamed(round: number): TargetTable {
  return { ...ORDERS, table: `orders_${round}`, formerName: `orders_${round - 1}` };
}

/** Whether a watermark has passed a row. */
export function passed(watermark: Position | null, row: Row): boolean {
  if (watermark === null) return false;
  const [changed = '', id = ''] = watermark;
  const at = String(row['changed']);
  return at < changed || (at === changed && BigInt(String(row['id'])) <= BigInt(id));
}

async function load(run: Run): Promise<void> {
  const { table, target, round } = run;
  const rows = movedRows(round);
  const goOn = table.loadCanGoOn;
  const position = goOn ? (table.state?.loading?.position ?? null) : null;
  const left = rows.filter(({ id }) => position === null || BigInt(String(id)) > BigInt(position[0]!));
  {
    await using writer = await table.load({ goOn });
    await commitInParts(run, writer, left, (last) => ({
      loading: loadingState({ position: positionOf(target, last) }),
    }));
  }
  const watermark = cursorOf(target, rows.toSorted(byCursor).at(-1)!);
  await table.publish(commitOf(target, { ...settingsOf(run), mode: 'snapshot', watermark }));
}

/** The first run of a table loads it. */
async function merge(run: Run): Promise<void> {
  const { table, target, round } = run;
  const { state } = table;
  if (state === null || state.loading !== null) return load(run);
  await using writer = await table.merge();
  const left = movedRows(round)
    .filter((row) => !passed(state.watermark, row))
    .toSorted(byCursor);
  await commitInParts(run, writer, left, (last) => ({ watermark: cursorOf(target, last) }));
}

async function mend(run: Run, action: 'mend' | 'mark'): Promise<void> {
  const { table, target, round, beforeCommit } = run;
  const rows = driftedRows(round);
  await using comparer = await table.compare({ by: 'rows', action });
  for (const window of WINDOWS) {
    const inWindow = rows.filter(({ id }) => BigInt(String(id)) <= 6n === (window.after === null));
    await giveRows((batch) => comparer.write(batch), target.columns, inWindow);
    await comparer.close([window]);
  }
  await beforeCommit();
  await comparer.commit();
}

async function commitInParts(
  run: Run,
  writer: BatchWriter,
  rows: readonly Row[],
  settings: (last: Row) => CommitSettings,
): Promise<void> {
  const { target } = run;
  const size = Math.ceil(rows.length / COMMITS);
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    await giveRows((batch) => writer.write(batch), target.columns, part);
    await run.beforeCommit();
    await writer.commit(commitOf(target, { ...settingsOf(run), ...settings(part.at(-1)!) }));
  }
}

function settingsOf({ round }: Run): CommitSettings {
  return { runId: `run ${round}`, minute: round };
}

function cursorOf(target: TargetTable, row: Row): Position {
  return positionOf(target, row, ['changed', 'id']);
}

function byCursor(left: Row, right: Row): number {
  const [one, other] = [String(left['changed']), String(right['changed'])];
  return one === other
    ? Number(BigInt(String(left['id'])) - BigInt(String(right['id'])))
    : one < other
      ? -1
      : 1;
}
