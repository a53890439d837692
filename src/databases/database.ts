import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { asksForTls, driverSettings, isTlsUnsupported } from './driver-settings.ts';
import { explainConnectionError } from './explain-connection-error.ts';
import { knexConfig } from './knex-config.ts';
import { type ServerInfo, detectServer } from './server.ts';
import { Session } from './session.ts';

/** An open database: its pool, and what its server is. Whoever opens it disposes of it. */
export interface Database extends AsyncDisposable {
  readonly name: string;
  readonly schema: string;
  readonly config: DatabaseConfig;
  readonly server: ServerInfo;
  readonly knex: Knex;
  /** Takes a connection out of the pool until the session is disposed. */
  session(): Promise<Session>;
}

/**
 * Opens a database and asks its server for its version, so that a wrong password or an absent schema is reported here.
 * Throws a WorkFailedError that names the database and what to do.
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  try {
    return await connect(config, asksForTls(config));
  } catch (error) {
    throw explainConnectionError(error, config);
  }
}

async function connect(config: DatabaseConfig, useTls: boolean): Promise<Database> {
  const { default: createKnex } = await import('knex');
  const knex = createKnex({
    ...knexConfig(config, await driverSettings(config, useTls)),
    log: SILENT,
  });
  const session = async () => openSession(knex, config);
  try {
    await using first = await openSession(knex, config);
    const server = await detectServer(first);
    return {
      name: config.name,
      schema: config.schema,
      config,
      server,
      knex,
      session,
      [Symbol.asyncDispose]: () => knex.destroy(),
    };
  } catch (error) {
    await knex.destroy();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    if (useTls && config.tls.mode === 'preferred' && isTlsUnsupported(cause)) return connect(config, false);
    throw error;
  }
}

async function openSession(knex: Knex, config: DatabaseConfig): Promise<Session> {
  const client = knex.client as PoolClient;
  try {
    return new Session(await client.acquireConnection(), (connection) =>
      client.releaseConnection(connection),
    );
  } catch (error) {
    throw explainConnectionError(error, config);
  }
}

/** The two calls of knex's client that its types leave out. */
interface PoolClient {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
}

const nothing = () => {};
/** Knex warns on the console by itself; every fault reaches the caller as an error anyway. */
const SILENT = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };
