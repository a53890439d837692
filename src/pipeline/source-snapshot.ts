import type { Session } from '../databases/session.ts';
import { ReadMeter } from './read-meter.ts';
import type { RunProgress } from './run-progress.ts';
import type { TableJob } from './table-job.ts';

/** Seconds that the server waits for the client to take rows (`net_write_timeout`). */
const LONGEST_PAUSE = 3600;

/**
 * Runs work in one consistent read-only snapshot of the source, counting what the server reads for it. Nothing is
 * written to the source, and the server would refuse it.
 */
export async function inSnapshot(
  session: Session,
  job: TableJob,
  progress: RunProgress,
  work: () => Promise<void>,
): Promise<void> {
  const { statementTimeoutSeconds } = job.options;
  // The sink, or a limit of rows per second, may keep the server waiting; by default it hangs up after 60 s.
  await session.execute(`SET SESSION net_write_timeout = ${LONGEST_PAUSE}`);
  const meter = await ReadMeter.start(session, job.database.server);
  if (statementTimeoutSeconds !== null) await setStatementTimeout(session, job, statementTimeoutSeconds);
  try {
    await session.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    await work();
    await session.execute('COMMIT');
    progress.serverRowsRead += await meter.read();
  } finally {
    // The connection goes back to the pool. A lost one has nothing to reset.
    if (statementTimeoutSeconds !== null) {
      await setStatementTimeout(session, job, 'DEFAULT').catch(() => session.destroy());
    }
  }
}

/** MySQL counts in milliseconds, MariaDB in seconds. */
async function setStatementTimeout(
  session: Session,
  job: TableJob,
  seconds: number | 'DEFAULT',
): Promise<void> {
  if (job.database.server.flavour === 'mariadb') {
    await session.execute(`SET SESSION max_statement_time = ${seconds}`);
  } else {
    const value = seconds === 'DEFAULT' ? seconds : Math.ceil(seconds * 1000);
    await session.execute(`SET SESSION max_execution_time = ${value}`);
  }
}
