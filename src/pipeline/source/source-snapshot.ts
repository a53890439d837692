import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';
import { ReadMeter } from '../wire/read-meter.ts';

/** The server that is read, and what it is asked for. */
export interface SnapshotOptions {
  readonly server: ServerInfo;
  /** The server ends a statement that runs longer; null for no limit. */
  readonly statementTimeoutSeconds: number | null;
}

/**
 * Runs work in one consistent read-only snapshot of the source. Returns how many index entries and rows the server
 * read for it. Nothing is written to the source, and the server would refuse it.
 */
export async function inSnapshot(
  session: Session,
  options: SnapshotOptions,
  work: () => Promise<void>,
): Promise<number> {
  const { server, statementTimeoutSeconds } = options;
  const meter = await ReadMeter.start(session, server);
  if (statementTimeoutSeconds !== null) await setStatementTimeout(session, server, statementTimeoutSeconds);
  try {
    await session.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    await work();
    await session.execute('COMMIT');
    return await meter.read();
  } finally {
    // The connection goes back to the pool. A lost one has nothing to reset.
    if (statementTimeoutSeconds !== null) {
      await setStatementTimeout(session, server, NO_LIMIT).catch(() => session.destroy());
    }
  }
}

/** Of a session's statements; what every session is set up with, whatever the server's own limit. */
const NO_LIMIT = 0;

/** MySQL counts in milliseconds, MariaDB in seconds. */
async function setStatementTimeout(session: Session, server: ServerInfo, seconds: number): Promise<void> {
  await session.execute(
    server.flavour === 'mariadb'
      ? `SET SESSION max_statement_time = ${seconds}`
      : `SET SESSION max_execution_time = ${Math.ceil(seconds * 1000)}`,
  );
}
