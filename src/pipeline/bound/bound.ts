import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';
import { cursorTimes } from './cursor-times.ts';
import { type ExtractorClock, readExtractorClock } from './extractor-clock.ts';
import { type OpenTransaction, OpenTransactions } from './open-transactions.ts';
import { preparedTransactions } from './prepared-transactions.ts';
import { replicaDelaySeconds } from './replica-delay.ts';
import { type RunningStatement, runningStatements } from './running-statements.ts';
import { serverIdentity } from './server-identity.ts';
import type { SourceTable } from '../source/source-table.ts';
import { earliest, shifted, type Utc, utcNow } from './utc-time.ts';

/**
 * How far a run may read, and what may still appear below that. Every row whose cursor is below the bound was committed
 * before the bound's snapshot was opened, or is written by one of the pending writers.
 *
 * The time is min(server's now, start of the oldest open transaction that has written, start of the oldest running
 * statement that writes) − lag. A running statement counts because CURRENT_TIMESTAMP is fixed when a statement starts, which
 * may be long before its transaction does if it waits for a metadata lock (MySQL manual, "Date and Time Functions", NOW()).
 */
export interface Horizon {
  /** Names the server (server-identity.ts). */
  readonly server: string;
  /** The latest time that is safe to read up to. */
  readonly utc: Utc;
  /** The server's clock. */
  readonly serverNow: Utc;
  /** The extractor's, at the same moment or a little later. */
  readonly clock: ExtractorClock;
  /** Whoever was not at work when the horizon was read stamps rows with this time or a later one. */
  readonly floor: Utc;
  /** Who was at work then and is not known to be done, and may commit stamps from before `utc`. */
  readonly pending: readonly Pending[];
  /** The xids of transactions without a connection; null if there are none, or if the user may not know. */
  readonly prepared: readonly string[] | null;
  readonly lagSeconds: number;
  /** What is older than the lag and holds the bound back, if anything does. */
  readonly heldBackBy: HeldBack | null;
  /** False if other sessions' transactions cannot be seen, most likely for want of the privilege PROCESS. */
  readonly transactionsVisible: boolean;
  /** False for a replica that stands still: rows from before the horizon may still arrive. */
  readonly replicates: boolean;
}

export interface HeldBack {
  readonly kind: 'transaction' | 'statement';
  readonly connectionId: number;
  readonly seconds: number;
}

/** Somebody who may commit rows with old stamps. */
export interface Pending {
  /** `prepared` is a transaction without a connection. */
  readonly kind: 'transaction' | 'prepared' | 'statement';
  /** The same at every look. */
  readonly id: string;
  readonly connectionId: number;
  /** Since the server says that it began. */
  readonly seconds: number;
  /** No row has an earlier stamp; null if that is not known. */
  readonly since: Utc | null;
}

/** Without PROCESS, late commits can only be guessed at: seconds to stay behind, at least. */
export const LAG_WITHOUT_PRIVILEGE = 60;
/** Milliseconds between two looks at transactions that may be about to end. */
const POLL = 200;

/**
 * Reads the horizon. The order matters: the clock, then the statements, then the transactions. A writer whose
 * statement was not yet running at the second step is stamped later than the clock of the first; one that had
 * finished by then is seen at the third, or has committed. Transactions that have written are then given up to the lag to
 * end: those that do are in the snapshot that is opened afterwards.
 */
export async function readHorizon(
  session: Session,
  server: ServerInfo,
  lagSeconds: number,
  transactions = new OpenTransactions(),
): Promise<Horizon> {
  const identity = await serverIdentity(session);
  const serverNow = await utcNow(session);
  const clock = readExtractorClock();
  const running = await runningStatements(session);
  const look = await transactions.look(session);
  const statements = running.filter(({ connectionId }) => look?.readers.has(connectionId) !== true);
  const written = (look?.writers ?? []).filter(({ rowsModified }) => rowsModified > 0);
  const open = await thoseThatStay(session, transactions, written, lagSeconds);
  const prepared = open.some(isPrepared) ? await preparedTransactions(session, server) : null;
  const replicaDelay = await replicaDelaySeconds(session, server);
  const transactionsVisible = look !== null;
  const lag =
    (transactionsVisible ? lagSeconds : Math.max(lagSeconds, LAG_WITHOUT_PRIVILEGE)) + (replicaDelay ?? 0);
  const holding = [
    ...statements.filter(({ writes }) => writes).map(heldByStatement),
    ...open.map(heldByTransaction),
  ];
  const oldest = holding.toSorted((left, right) => right.seconds - left.seconds)[0] ?? null;
  // Seconds are whole and rounded down by the server, so one more is taken off what holds the bound back.
  const utc = shifted(serverNow, -(oldest === null ? lag : oldest.seconds + 1 + lag));
  const began = (seconds: number) => shifted(serverNow, -(seconds + 1));
  return {
    server: identity,
    utc,
    serverNow,
    clock,
    floor: transactionsVisible
      ? earliest(serverNow, ...statements.map(({ seconds }) => began(seconds)))
      : utc,
    pending: [
      ...open.map(pendingTransaction),
      ...statements
        .map((statement) => pendingStatement(statement, began(statement.seconds)))
        .filter(({ since }) => since === null || since < utc),
    ],
    prepared,
    lagSeconds: lag,
    heldBackBy: oldest !== null && oldest.seconds > lagSeconds ? oldest : null,
    transactionsVisible,
    replicates: replicaDelay !== null,
  };
}

/**
 * The bound of a cursor, exclusive: as the server writes values of that column. A column of whole seconds holds 05 for
 * anything from 05.0 to 05.999, so the bound is cut to the column's own resolution and compared with `<`: the second
 * that is still running is left for the next run. Null for an id cursor, whose bound is an id.
 */
export async function cursorBound(
  session: Session,
  table: SourceTable,
  horizon: Pick<Horizon, 'utc' | 'serverNow'>,
): Promise<string | null> {
  return (await cursorTimes(session, table, horizon.utc, horizon.serverNow))?.high ?? null;
}

/** Those transactions that are still open after the lag. */
async function thoseThatStay(
  session: Session,
  transactions: OpenTransactions,
  written: readonly OpenTransaction[],
  seconds: number,
): Promise<readonly OpenTransaction[]> {
  const deadline = performance.now() + seconds * 1000;
  let open = written;
  while (open.length > 0 && performance.now() < deadline) {
    await sleep(POLL);
    const now = await transactions.list(session);
    // A list that cannot be had tells of nobody that he is done.
    if (now === null) break;
    open = open.filter(({ transactionId }) => now.some((known) => known.transactionId === transactionId));
  }
  return open;
}

function heldByTransaction({ connectionId, seconds }: OpenTransaction): HeldBack {
  return { kind: 'transaction', connectionId, seconds };
}

function heldByStatement({ connectionId, seconds }: RunningStatement): HeldBack {
  return { kind: 'statement', connectionId, seconds };
}

function isPrepared({ connectionId }: OpenTransaction): boolean {
  return connectionId === 0;
}

function pendingTransaction(transaction: OpenTransaction): Pending {
  const { connectionId, transactionId, seconds } = transaction;
  const kind = isPrepared(transaction) ? 'prepared' : 'transaction';
  return { kind, id: `transaction ${transactionId}`, connectionId, seconds, since: null };
}

function pendingStatement({ connectionId, seconds, delayed }: RunningStatement, began: Utc): Pending {
  const id = `connection ${connectionId}`;
  return { kind: 'statement', id, connectionId, seconds, since: delayed ? null : began };
}
