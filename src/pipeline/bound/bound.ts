import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';
import { type OpenTransaction, OpenTransactions } from './open-transactions.ts';
import { fromSteps } from '../source/scaled-number.ts';
import { replicaDelaySeconds } from './replica-delay.ts';
import type { SourceTable } from '../source/source-table.ts';

/**
 * How far a run may read. Every row whose cursor is below the bound was committed before the bound's snapshot was
 * opened, and no transaction that is still open can commit one: so nothing that a run leaves behind it can be lost.
 *
 * The time is min(server's now, start of the oldest open transaction, start of the oldest running statement) − lag.
 * A running statement counts because CURRENT_TIMESTAMP is fixed when a statement starts, which may be long before its
 * transaction does if it waits for a metadata lock (MySQL manual, "Date and Time Functions", NOW()).
 */
export interface Horizon {
  /** UTC, `YYYY-MM-DD HH:MM:SS.ffffff`: the latest time that is safe to read up to. */
  readonly utc: string;
  /** The server's clock, same form. */
  readonly serverNow: string;
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

/** Without PROCESS, late commits can only be guessed at: seconds to stay behind, at least. */
export const LAG_WITHOUT_PRIVILEGE = 60;

/**
 * Reads the horizon. The order matters: the clock, then the statements, then the transactions. A writer whose
 * statement was not yet running at the second step is stamped later than the clock of the first; one that had
 * finished by then is seen at the third, or has committed.
 */
export async function readHorizon(
  session: Session,
  server: ServerInfo,
  lagSeconds: number,
  transactions = new OpenTransactions(),
): Promise<Horizon> {
  const serverNow = String(await session.value('SELECT UTC_TIMESTAMP(6)'));
  const statement = await oldestStatement(session);
  const open = await transactions.list(session);
  const replicaDelay = await replicaDelaySeconds(session, server);
  const transactionsVisible = open !== null;
  const lag =
    (transactionsVisible ? lagSeconds : Math.max(lagSeconds, LAG_WITHOUT_PRIVILEGE)) + (replicaDelay ?? 0);
  const candidates = [statement, oldestOf(open ?? [])].filter((held) => held !== null);
  const oldest = candidates.toSorted((left, right) => right.seconds - left.seconds)[0] ?? null;
  // Seconds are whole and rounded down by the server, so one more is taken off what holds the bound back.
  const behind = oldest === null ? lag : oldest.seconds + 1 + lag;
  const utc = String(
    await session.value('SELECT DATE_FORMAT(? - INTERVAL ? SECOND, ?)', [
      serverNow,
      behind,
      '%Y-%m-%d %H:%i:%S.%f',
    ]),
  );
  return {
    utc,
    serverNow,
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
  horizon: Horizon,
): Promise<string | null> {
  const kind = table.cursorKind;
  switch (kind.kind) {
    case 'time': {
      const local = await inTimeZone(session, horizon.utc, kind.timeZone);
      return local.slice(0, kind.precision === 0 ? 19 : 20 + kind.precision);
    }
    case 'date':
      return (await inTimeZone(session, horizon.utc, kind.timeZone)).slice(0, 10);
    case 'epoch': {
      const microseconds = BigInt(
        String(await session.value("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ?)", [horizon.utc])),
      );
      const perUnit = { seconds: 1_000_000n, milliseconds: 1000n, microseconds: 1n }[kind.unit];
      return fromSteps((microseconds * 10n ** BigInt(kind.scale)) / perUnit, kind.scale);
    }
    case 'id':
      return null;
  }
}

async function inTimeZone(session: Session, utc: string, timeZone: string | null): Promise<string> {
  if (timeZone === null || timeZone === '+00:00') return utc;
  return String(
    await session.value("SELECT DATE_FORMAT(CONVERT_TZ(?, '+00:00', ?), ?)", [
      utc,
      timeZone,
      '%Y-%m-%d %H:%i:%S.%f',
    ]),
  );
}

function oldestOf(transactions: readonly OpenTransaction[]): HeldBack | null {
  const oldest = transactions.toSorted((left, right) => right.seconds - left.seconds)[0];
  if (oldest === undefined) return null;
  return { kind: 'transaction', connectionId: oldest.connectionId, seconds: oldest.seconds };
}

/** Statements that cannot stamp a row with a time; a long report must not hold every extraction back. */
const HARMLESS =
  /^\s*(SELECT|SHOW|DESC|DESCRIBE|EXPLAIN|ANALYZE|CHECK|OPTIMIZE|ALTER|CREATE|DROP|TRUNCATE|DELETE|KILL|SET|FLUSH|LOCK|UNLOCK|USE|COMMIT|ROLLBACK)\b/i;

/** A session that runs nothing has no statement. */
function mayStamp(statement: unknown): boolean {
  return typeof statement === 'string' && !HARMLESS.test(statement);
}

/** The oldest running statement that may write. Without PROCESS the list has only the user's own sessions. */
async function oldestStatement(session: Session): Promise<HeldBack | null> {
  const rows = await session.query('SHOW PROCESSLIST');
  const running = rows
    .filter((row) => row['Command'] === 'Query' || row['Command'] === 'Execute')
    .filter((row) => Number(row['Id']) !== session.connectionId && mayStamp(row['Info']))
    .map((row): HeldBack => {
      return {
        kind: 'statement',
        connectionId: Number(row['Id']),
        seconds: Math.max(0, Number(row['Time'])),
      };
    });
  return running.toSorted((left, right) => right.seconds - left.seconds)[0] ?? null;
}
