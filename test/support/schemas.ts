import { randomBytes } from 'node:crypto';
import { createConnection, type Connection } from 'mysql2/promise';
import { inject } from 'vitest';
import { quoteIdentifier, quoteString } from '../../src/databases/identifiers.ts';
import { noteSecret } from './secrets.ts';
import type { TestServer } from './servers/test-server.ts';

export type { TestServer } from './servers/test-server.ts';

/** Exactly one MySQL and one MariaDB: `describe.each(servers)('on $label', (server) => …)`. */
export const servers: readonly TestServer[] = serversOfWorker();

function serversOfWorker(): readonly TestServer[] {
  const own = inject('servers')[Number(process.env['VITEST_POOL_ID']) - 1];
  if (own === undefined) throw new Error(`no servers for worker ${process.env['VITEST_POOL_ID']}`);
  return own;
}

/** How to log in to one schema. */
export interface SchemaSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly schema: string;
}

/** An empty schema of a test's own, dropped on dispose. */
export interface TestSchema extends AsyncDisposable {
  readonly name: string;
  readonly settings: SchemaSettings;
  /** A plain connection to the schema as the account with every privilege, for preparing and checking. */
  readonly connection: Connection;
}

export interface TestUser extends AsyncDisposable {
  readonly name: string;
  readonly password: string;
}

/** Creates an empty utf8mb4 schema with a name that no other test has. */
export async function createSchema(server: TestServer): Promise<TestSchema> {
  const { host, port, user, password } = server;
  const name = uniqueName();
  const connection = await connect(server);
  await connection.query(`CREATE DATABASE ${quoteIdentifier(name)} CHARACTER SET utf8mb4`);
  await connection.changeUser({ database: name });
  return {
    name,
    settings: { host, port, user, password, schema: name },
    connection,
    [Symbol.asyncDispose]: async () => {
      connection.destroy();
      await dropWith(server, `DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
    },
  };
}

/**
 * Creates a user with a real password (`caching_sha2_password` on MySQL) and exactly these privileges, each as in
 * GRANT: `SELECT, INDEX ON \`schema\`.*`. Dropped on dispose.
 */
export async function createUser(server: TestServer, grants: readonly string[]): Promise<TestUser> {
  const name = uniqueName();
  const password = randomBytes(12).toString('base64url');
  await noteSecret(password);
  const account = `${quoteString(name)}@'%'`;
  const connection = await connect(server);
  try {
    await connection.query(`CREATE USER ${account} IDENTIFIED BY ${quoteString(password)}`);
    for (const grant of grants) await connection.query(`GRANT ${grant} TO ${account}`);
  } finally {
    await connection.end();
  }
  return {
    name,
    password,
    [Symbol.asyncDispose]: async () => dropWith(server, `DROP USER IF EXISTS ${account}`),
  };
}

/** A connection as the account with every privilege, without a schema. */
export async function connect(server: TestServer): Promise<Connection> {
  const { host, port, user, password } = server;
  return createConnection({ host, port, user, password, charset: 'utf8mb4' });
}

/** On a connection of its own: the test may have killed, locked or lost its own. */
async function dropWith(server: TestServer, statement: string): Promise<void> {
  const connection = await connect(server);
  try {
    // A metadata lock that a test left behind must not hang the run.
    await connection.query('SET SESSION lock_wait_timeout = 20');
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

/** At most 32 characters: user names may have no more on MySQL. */
function uniqueName(): string {
  return `t_${randomBytes(10).toString('hex')}`;
}
