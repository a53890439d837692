import type { Database } from '../../databases/database.ts';
import type { Session } from '../../databases/session.ts';
import { RefusedError } from '../../errors.ts';
import type { BoundOptions } from './bound-options.ts';
import type { BoundWarning } from './bound-warning.ts';
import { cursorBound, type Horizon, LAG_WITHOUT_PRIVILEGE } from './bound.ts';
import type { Horizons } from './horizons.ts';
import { futureCursor } from './future-cursor.ts';
import type { UpperBound } from '../source/queries.ts';
import { waitForOpenTransactions } from './settled-ids.ts';
import { cursorValue, isAtOrAfter, lastPosition } from '../source/source-positions.ts';
import type { SourceTable } from '../source/source-table.ts';

/** How far one run reads, fixed before its snapshot is opened. */
export interface RunBound {
  readonly upper: UpperBound;
  readonly horizon: Horizon;
  /** False while a row may still appear at or below the bound: then the watermark stays where it is. */
  readonly settled: boolean;
  /** How far behind the watermark to read again: seconds, or ids. */
  readonly lookback: number;
  readonly warnings: readonly BoundWarning[];
}

/** What a bound is fixed for. */
export interface BoundRequest {
  readonly database: Database;
  readonly table: SourceTable;
  readonly horizons: Horizons;
  readonly options: BoundOptions;
  readonly signal: AbortSignal;
}

/** Ids that are read again by every run whose user may not see open transactions. */
const ID_LOOKBACK_WITHOUT_PRIVILEGE = 10_000;

/** Throws a RefusedError for a replica that does not replicate. */
export async function readHorizon(
  session: Session,
  { database, horizons, options }: BoundRequest,
): Promise<Horizon> {
  const horizon = await horizons.read(session, database, options.lagSeconds);
  if (horizon.replicates) return horizon;
  throw new RefusedError(
    `${database.name}: the server is a replica that does not replicate, so nobody knows which rows it lacks`,
    { hint: 'START REPLICA on it, or RESET REPLICA ALL if it replicates no more' },
  );
}

/** Fixes the bound of a run. An id cursor may wait for up to the lag until open transactions have ended. */
export async function fixBound(session: Session, job: BoundRequest): Promise<RunBound> {
  const { table, options } = job;
  const horizon = await readHorizon(session, job);
  const value = await cursorBound(session, table, horizon);
  const lookback = options.lookback ?? table.lookback;
  if (value === null) return fixIdBound(session, job, horizon, lookback);
  return {
    upper: await cutAtEnd(session, job, { operator: '<', value }),
    horizon,
    settled: true,
    lookback,
    warnings: [
      ...visibilityWarning(horizon),
      ...heldBackWarning(horizon),
      ...preparedWarning(horizon),
      ...(await futureWarning(session, table, horizon)),
    ],
  };
}

async function fixIdBound(
  session: Session,
  job: BoundRequest,
  horizon: Horizon,
  lookback: number,
): Promise<RunBound> {
  const { database, table, options, horizons, signal } = job;
  const last = await lastPosition(session, table, null);
  const value = last?.[0] ?? '0';
  const open = await waitForOpenTransactions(session, horizons.transactionsOf(database), {
    seconds: options.lagSeconds,
    signal,
  });
  return {
    upper: await cutAtEnd(session, job, { operator: '<=', value }),
    horizon,
    settled: open === null || open === 0,
    lookback: open === null ? Math.max(lookback, ID_LOOKBACK_WITHOUT_PRIVILEGE) : lookback,
    warnings: [
      ...visibilityWarning(horizon),
      ...(open === null || open === 0
        ? []
        : [{ kind: 'ids-not-settled', column: table.cursor.name, openTransactions: open } as const]),
    ],
  };
}

/** The bound, or `--end` where that is earlier. */
async function cutAtEnd(
  session: Session,
  { table, options }: BoundRequest,
  upper: UpperBound,
): Promise<UpperBound> {
  if (options.end === null) return upper;
  const end = await cursorValue(session, table, options.end, '--end');
  return isAtOrAfter(table, [upper.value], [end]) ? { operator: '<', value: end } : upper;
}

async function futureWarning(
  session: Session,
  table: SourceTable,
  horizon: Horizon,
): Promise<readonly BoundWarning[]> {
  const value = await futureCursor(session, table, horizon);
  return value === null ? [] : [{ kind: 'future-cursor', column: table.cursor.name, value }];
}

function visibilityWarning(horizon: Horizon): readonly BoundWarning[] {
  if (horizon.transactionsVisible) return [];
  return [
    { kind: 'transactions-not-visible', lagSeconds: Math.max(horizon.lagSeconds, LAG_WITHOUT_PRIVILEGE) },
  ];
}

function heldBackWarning({ heldBackBy }: Horizon): readonly BoundWarning[] {
  // A transaction without a connection has a warning of its own.
  if (heldBackBy === null || heldBackBy.connectionId === 0) return [];
  const { kind, connectionId, seconds } = heldBackBy;
  return [{ kind: 'bound-held-back', by: kind, connectionId, seconds }];
}

function preparedWarning({ pending, prepared }: Horizon): readonly BoundWarning[] {
  const waiting = pending.filter(({ kind }) => kind === 'prepared');
  if (waiting.length === 0) return [];
  const seconds = Math.max(...waiting.map((writer) => writer.seconds));
  return [{ kind: 'prepared-transactions', transactions: prepared, seconds }];
}
