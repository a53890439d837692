import type { Commit, TableName, TableState } from '../sink.ts';
import type { Claim } from './claim.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import {
  type Action,
  stateText,
  type Watermark,
  writeIntent,
  writeRun,
  writeWatermark,
} from './clickhouse-state.ts';
import { countRows } from './recovery.ts';

/** What a commit changes. */
export interface Change {
  /** What a recovery asks for; null where nothing changes but the state. */
  readonly action: Action | null;
  /** One statement that makes the change, and fails if the claim was lost. */
  make(): Promise<void>;
  /** What follows, which whoever comes next does if this process is killed before. */
  finish?(): Promise<void>;
  /** Values of dates and times that the policy replaced. */
  readonly outOfRange: number;
}

/**
 * Makes a change, the state and the run's record durable together (docs/correctness.md, "ClickHouse"): first the
 * intent, which has all three, then the change, then the watermark. `version` is newer than all rows of the change.
 */
export async function commitChange(
  connection: ClickhouseConnection,
  version: bigint,
  commit: Commit,
  change: Change,
): Promise<TableState> {
  const { state } = commit;
  const { database, table } = state;
  const run = JSON.stringify(commit.run);
  const watermark: Watermark = { database, table, version, state: stateText(state), rows: 0, run };
  const rows = await commitWatermark(connection, watermark, change);
  await writeRun(connection, watermark, change.outOfRange);
  return { ...state, rows };
}

/** The same without a run. Returns the rows that the table has then. */
export async function commitWatermark(
  connection: ClickhouseConnection,
  watermark: Watermark,
  { action, make, finish }: Omit<Change, 'outOfRange'>,
): Promise<number> {
  if (action !== null) await writeIntent(connection, { ...watermark, action });
  await make();
  await finish?.();
  const rows = await countRows(connection, watermark);
  await writeWatermark(connection, { ...watermark, rows });
  return rows;
}

/** Writes a state outside of any run, under a claim. */
export async function commitState(
  connection: ClickhouseConnection,
  claim: Claim,
  table: TableName,
  { state, rows }: { readonly state: string; readonly rows: number },
): Promise<void> {
  const { database, table: name } = table;
  await writeWatermark(connection, { database, table: name, version: claim.next(), state, rows, run: '' });
}
