import type { Row, Session } from '../../databases/session.ts';

/** A statement that runs, and may give rows the time at which it began. */
export interface RunningStatement {
  readonly connectionId: number;
  /** Since it began, whole and rounded down. */
  readonly seconds: number;
  /**
   * Whether its text says that it writes. Of others nobody can know: a SELECT may call a stored function that writes, a
   * DELETE may fire a trigger that does, and what the list shows of a function is the statement that it is at.
   */
  readonly writes: boolean;
  /** The thread that writes what INSERT DELAYED took (MariaDB, MyISAM and Aria): its rows are older than anything that the list shows. */
  readonly delayed: boolean;
}

/** What a connection is at while it runs nothing that could stamp a row. Every other command may. */
const IDLE_COMMANDS = new Set([
  'Sleep',
  'Daemon',
  'Binlog Dump',
  'Binlog Dump GTID',
  'Register Slave',
  'Register Replica',
  'Prepare',
  'Close stmt',
  'Reset stmt',
  'Field List',
  'Init DB',
  'Ping',
  'Quit',
  'Statistics',
  'Processlist',
  'Slave_IO',
  'Killed',
]);

/** Statements that stamp no row of a table that exists, and that no function or trigger may contain. */
const NEVER_STAMPS =
  /^\s*(SHOW|CHECK|OPTIMIZE|REPAIR|ALTER|DROP|TRUNCATE|KILL|FLUSH|LOCK|UNLOCK|USE|COMMIT|ROLLBACK|GRANT|REVOKE|CREATE\s+(UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+|OR\s+REPLACE\s+)*INDEX|ANALYZE\s+(TABLE|LOCAL|NO_WRITE_TO_BINLOG))\b/i;

/** Statements that may stamp rows only through a function or a trigger. */
const READS =
  /^\s*(SELECT|DO|SET|DELETE|DESC|DESCRIBE|EXPLAIN|ANALYZE|CREATE|VALUES|TABLE|HANDLER|RETURN|IF|OPEN|FETCH|CLOSE|DECLARE)\b/i;

/** MariaDB's name for the thread of INSERT DELAYED, and its state while it has nothing to write. */
const DELAYED = 'Delayed insert';
const DELAYED_IDLE = 'Waiting for INSERT';

/** The running statements that may stamp a row. Without PROCESS the list has only the user's own sessions. */
export async function runningStatements(session: Session): Promise<readonly RunningStatement[]> {
  const rows = await session.query('SHOW PROCESSLIST');
  return rows.filter((row) => mayStamp(row, session.connectionId)).map(runningStatement);
}

function mayStamp(row: Row, ownId: number): boolean {
  const command = String(row['Command']);
  const info = row['Info'];
  if (Number(row['Id']) === ownId || IDLE_COMMANDS.has(command)) return false;
  if (command === DELAYED) return row['State'] !== DELAYED_IDLE;
  // A thread of a replica that waits or applies rows: how far it is behind is the replica's delay. Somebody who logs in has no user yet.
  if (typeof info !== 'string')
    return row['User'] !== 'system user' && command !== 'Connect' && row['User'] !== 'unauthenticated user';
  return !NEVER_STAMPS.test(info);
}

function runningStatement(row: Row): RunningStatement {
  return {
    connectionId: Number(row['Id']),
    seconds: Math.max(0, Number(row['Time'])),
    writes: typeof row['Info'] === 'string' && !READS.test(row['Info']),
    delayed: row['Command'] === DELAYED,
  };
}
