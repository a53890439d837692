import { createRequire } from 'node:module';
import type { default as knexModule, Knex } from 'knex';
import type { DatabaseConfig } from '../config/database-config.ts';
import { connectorOf } from './connector.ts';
import { rollBack } from './driver-connection.ts';
import { explainConnectionError } from './explain-connection-error.ts';
import { ConnectionPool } from './pool.ts';
import { type PoolRefusals, poolRefusals } from './pool-errors.ts';
import type { PoolListener } from './pool-events.ts';
import { type ServerInfo, detectServer } from './server.ts';
import { Session } from './session.ts';

/** How long a dispose waits for sessions that are still at work. */
const GRACE_SECONDS = 5;

/** What others may see of a pool. */
export type PoolView = Pick<ConnectionPool, 'status' | 'holders' | 'subscribe'>;

/** An open database: its pool, and what its server is. Whoever opens it disposes of it. */
export interface Database extends AsyncDisposable {
  readonly name: string;
  readonly schema: string;
  readonly config: DatabaseConfig;
  readonly server: ServerInfo;
  /** Query builder on the same pool, loaded when it is first asked for: it is 300 files, and most runs need none of them. */
  readonly knex: Knex;
  readonly pool: PoolView;
  /** Takes a connection out of the pool until the session is disposed. A transaction left open is then rolled back. */
  session(): Promise<Session>;
}

export interface OpenOptions {
  /** Hears of everything that happens in the pool, from the first connection on. */
  readonly onEvent?: PoolListener;
  /**
   * What disposing does about a connection that was not returned: `fail` throws a WorkFailedError that names it and who
   * took it; `report` leaves it at the `leaked` event. Either way it is closed.
   */
  readonly leaks?: 'fail' | 'report';
  /** Seconds that disposing waits for sessions that are still out. */
  readonly graceSeconds?: number;
}

/**
 * Opens a database and asks its server for its version, so that a wrong password or an absent schema is reported here.
 * Throws a WorkFailedError, or a ConfigurationError for the login and the TLS files, that names the database and what
 * to do.
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> {
  const refusals = poolRefusals(config);
  const pool = new ConnectionPool({
    config: config.pool,
    open: await connectorOf(config),
    refusals,
    onEvent: options.onEvent,
  });
  try {
    const server = await firstContact(pool);
    let knex: Knex | null = null;
    return {
      name: config.name,
      schema: config.schema,
      config,
      server,
      get knex() {
        return (knex ??= createKnex(pool));
      },
      pool,
      session: () => openSession(pool, config),
      [Symbol.asyncDispose]: () => closePool(pool, refusals, options),
    };
  } catch (error) {
    await pool.close(0);
    throw explainConnectionError(error, config);
  }
}

async function firstContact(pool: ConnectionPool): Promise<ServerInfo> {
  await using session = await acquireSession(pool);
  return await detectServer(session);
}

async function openSession(pool: ConnectionPool, config: DatabaseConfig): Promise<Session> {
  try {
    return await acquireSession(pool);
  } catch (error) {
    throw explainConnectionError(error, config);
  }
}

async function acquireSession(pool: ConnectionPool): Promise<Session> {
  return new Session(await pool.acquire().promise, async (connection) => {
    await rollBack(connection, ROLLBACK_MILLIS);
    pool.release(connection);
  });
}

/** A statement that somebody still waits for on a session that is given back stands before the ROLLBACK. */
const ROLLBACK_MILLIS = 5000;

async function closePool(pool: ConnectionPool, refusals: PoolRefusals, options: OpenOptions): Promise<void> {
  const { leaks: policy = 'fail', graceSeconds = GRACE_SECONDS } = options;
  const leaked = await pool.close(graceSeconds);
  if (leaked.length > 0 && policy === 'fail') throw refusals.leaked(leaked);
}

/** Knex is CommonJS, so that a property can load it, which an `import()` could not. */
function createKnex(pool: ConnectionPool): Knex {
  const { knex } = createRequire(import.meta.url)('knex') as typeof knexModule;
  return knex({ client: 'mysql2', connectionPool: pool, log: SILENT });
}

const nothing = () => {};
/** Knex warns on the console by itself; every fault reaches the caller as an error anyway. */
const SILENT = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };
