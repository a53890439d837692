import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { ConfigurationError } from '../errors.ts';
import type { DdlConnections } from './ddl-connections.ts';
import type { Observe } from './events.ts';
import { findRunStart } from './history.ts';
import { ledgerExists } from './ledger-format.ts';
import { LedgerWriter } from './ledger-writer.ts';
import { withMigrationLock } from './lock.ts';
import type { EngineOptions } from './options.ts';
import { prepareDdlSession, prepareMonitorSession } from './session-setup.ts';

/** What every command that changes a database is given. */
export interface RunRequest<Options extends EngineOptions> {
  readonly database: Database;
  readonly options: Options;
  readonly observe: Observe;
  readonly signal: AbortSignal;
  readonly toolVersion: string;
  /** The clock for time windows and file names; this machine's if left out. */
  readonly now?: () => Date;
  /** Called at each step between an intent and its outcome; tests crash the process there. */
  readonly checkpoint?: (step: Checkpoint) => Promise<void>;
}

export type Checkpoint =
  'locked' | 'reconciled' | 'intent-written' | 'statement-sent' | 'statement-done' | 'outcome-written';

/** A run that holds the schema's lock. */
export interface Run extends DdlConnections {
  readonly database: Database;
  readonly ledger: LedgerWriter;
  readonly checkpoint: (step: Checkpoint) => Promise<void>;
  readonly now: () => Date;
}

/** The DDL's, the monitor's, and one for the ledger. */
const CONNECTIONS = 3;

/**
 * Opens the run's sessions, takes the lock, does the work, and gives everything back. Throws a RefusedError that names
 * the holder if another run has the lock.
 */
export async function withRun<Result>(
  request: RunRequest<EngineOptions>,
  work: (run: Run) => Promise<Result>,
): Promise<Result> {
  const { database, options, observe, signal } = request;
  const checkpoint = request.checkpoint ?? (async () => {});
  requireConnections(database);
  await using monitor = ownSession(await database.session());
  await using ddl = ownSession(await database.session());
  await prepareMonitorSession(monitor.session, database.server);
  await prepareDdlSession(ddl.session, database.server, options);
  const lock = {
    ddl: ddl.session,
    monitor: monitor.session,
    server: database.server,
    schema: database.schema,
    waitSeconds: options.waitSeconds,
    signal,
    observe,
    findRunStart: (connectionId: number) => findRunStart(database, connectionId),
  };
  // Awaited here: the sessions are closed when this function is left.
  return await withMigrationLock(lock, async () => {
    await checkpoint('locked');
    const provenance = {
      serverVersion: database.server.label,
      executedBy: String(await monitor.session.value('SELECT USER()')),
      toolVersion: request.toolVersion,
      connectionId: monitor.session.connectionId,
    };
    return work({
      database,
      ddl: ddl.session,
      monitor: monitor.session,
      observe,
      signal,
      options,
      ledger: new LedgerWriter(database.knex, provenance, await ledgerExists(database)),
      checkpoint,
      now: request.now ?? (() => new Date()),
    });
  });
}

/** A session whose variables are changed is closed in the end, not given back to the pool. */
function ownSession(session: Session): AsyncDisposable & { readonly session: Session } {
  return {
    session,
    [Symbol.asyncDispose]: async () => {
      session.destroy();
      await session[Symbol.asyncDispose]();
    },
  };
}

function requireConnections({ config }: Database): void {
  const most = config.pool.size + config.pool.maxOverflow;
  if (most >= CONNECTIONS) return;
  throw new ConfigurationError(
    [`database "${config.name}": a pool of ${most} is too small, a migration needs 3`],
    {
      hint: 'raise DB_POOL_SIZE or DB_MAX_OVERFLOW',
    },
  );
}
