import { isConnectionLost, isLockWaitTimeout, isStatementInterrupted } from '../databases/server-errors.ts';
import { InterruptedError } from '../errors.ts';
import type { DdlConnections } from './ddl-connections.ts';
import type { Work } from './events.ts';
import { pause, throwIfInterrupted } from './pause.ts';
import { type StatementWatch, watchStatement } from './watch/watch-statement.ts';

/** The pause after the first attempt; it doubles up to the longest. */
const FIRST_DELAY_SECONDS = 0.5;
const LONGEST_DELAY_SECONDS = 30;
const KILL_INTERVAL_MILLISECONDS = 250;

/**
 * Runs a DDL statement and returns its seconds. Between attempts to get the metadata lock it lets go of the queue, so
 * that the table's readers, which queue behind a waiting ALTER, never stand still for longer than `lock_wait_timeout`.
 * An aborted signal kills the statement on the server. `onSent` is called while the server works. Throws the server's error, or an InterruptedError.
 */
export async function runDdl(
  connections: DdlConnections,
  work: Work,
  statement: string,
  onSent: () => Promise<void> = async () => {},
): Promise<number> {
  const { observe, options, signal } = connections;
  await using watch = await watchStatement(connections, work);
  for (let attempt = 1; ; attempt++) {
    throwIfInterrupted(signal);
    try {
      return await attemptStatement(connections, watch, statement, onSent);
    } catch (error) {
      if (!isLockWaitTimeout(error) || attempt >= options.lockAttempts) throw error;
      const delaySeconds = backoff(attempt);
      const reason = 'the table’s metadata lock is held by others';
      observe({ kind: 'retry', ...work, attempt, attempts: options.lockAttempts, delaySeconds, reason });
      await pause(delaySeconds, signal);
    }
  }
}

async function attemptStatement(
  connections: DdlConnections,
  watch: StatementWatch,
  statement: string,
  onSent: () => Promise<void>,
): Promise<number> {
  const { ddl, signal } = connections;
  const started = performance.now();
  const killOnAbort = startKiller(connections);
  watch.resume();
  try {
    await Promise.all([ddl.execute(statement), onSent()]);
  } catch (error) {
    if (signal.aborted && isStatementInterrupted(error))
      throw new InterruptedError('interrupted', { cause: error });
    throw error;
  } finally {
    await watch.pause();
    await killOnAbort.stop();
  }
  return (performance.now() - started) / 1000;
}

/**
 * Kills the connection's statement when the signal is aborted. More than once: a KILL that arrives before the statement
 * has started, or between its phases, has no effect.
 */
function startKiller(connections: DdlConnections) {
  const { signal } = connections;
  let timer: NodeJS.Timeout | null = null;
  let inFlight: Promise<unknown> = Promise.resolve();
  const kill = () => {
    // The statement may have ended meanwhile; its own result says so.
    inFlight = killQuery(connections).catch(() => null);
  };
  const start = () => {
    kill();
    timer = setInterval(kill, KILL_INTERVAL_MILLISECONDS);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return {
    async stop() {
      signal.removeEventListener('abort', start);
      if (timer !== null) clearInterval(timer);
      await inFlight;
    },
  };
}

async function killQuery({ ddl, monitor, database }: DdlConnections): Promise<void> {
  const statement = `KILL QUERY ${ddl.connectionId}`;
  try {
    await monitor.execute(statement);
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    await using other = await database.session();
    await other.execute(statement);
  }
}

/** Exponential with full jitter, so that runners that met once do not meet again (AWS, "Exponential Backoff And Jitter"). */
function backoff(attempt: number): number {
  const ceiling = Math.min(FIRST_DELAY_SECONDS * 2 ** (attempt - 1), LONGEST_DELAY_SECONDS);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}
