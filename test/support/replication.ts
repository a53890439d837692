import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { inject } from 'vitest';
import type { ServerFlavour } from '../../src/databases/server.ts';
import { startTestServer, type TestServer } from './servers/test-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A primary and a replica of a test's own, with an empty schema `shop`. Stopped on dispose. */
export interface Replication extends AsyncDisposable {
  readonly primary: TestServer;
  readonly replica: TestServer;
  readonly onPrimary: Connection;
  readonly onReplica: Connection;
  /** Makes the replica stand still: it applies nothing, and its lag is unknown. */
  stopReplica(): Promise<void>;
  startReplica(): Promise<void>;
}

export async function startReplication(flavour: ServerFlavour): Promise<Replication> {
  const directory = await temporaryDirectory(inject('serversDirectory'));
  const software = inject('software')[flavour];
  const start = (name: string, id: number) =>
    startTestServer({
      software,
      directory: path.join(directory.path, name),
      extra: [`--server-id=${id}`, `--log-bin=${name}`, '--log-slave-updates=OFF', '--binlog-format=ROW'],
    });
  const [primary, replica] = await Promise.all([start('primary', 1), start('replica', 2)]);
  const onPrimary = await connectTo(primary.settings);
  const onReplica = await connectTo(replica.settings);
  const startReplica = async () => {
    await onReplica.query(flavour === 'mysql' ? 'START REPLICA' : 'START SLAVE');
  };
  const replication: Replication = {
    primary: primary.settings,
    // It has the primary's account.
    replica: { ...replica.settings, user: primary.settings.user, password: primary.settings.password },
    onPrimary,
    onReplica,
    startReplica,
    async stopReplica() {
      await onReplica.query(flavour === 'mysql' ? 'STOP REPLICA' : 'STOP SLAVE');
    },
    async [Symbol.asyncDispose]() {
      onPrimary.destroy();
      onReplica.destroy();
      await Promise.all([primary.server.stop(), replica.server.stop()]);
      await directory[Symbol.asyncDispose]();
    },
  };
  try {
    await onPrimary.query('CREATE DATABASE shop');
    await onReplica.query('CREATE DATABASE shop');
    await shareAccount(onReplica, primary.settings);
    await follow(onReplica, onPrimary, primary.settings, flavour);
    await startReplica();
    return replication;
  } catch (error) {
    await replication[Symbol.asyncDispose]();
    throw error;
  }
}

async function connectTo({ host, port, user, password }: TestServer): Promise<Connection> {
  return createConnection({ host, port, user, password });
}

/** Who logs in to the primary can log in to the replica too. */
async function shareAccount(connection: Connection, { user, password }: TestServer): Promise<void> {
  await connection.query(`CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?`, [user, password]);
  await connection.query(`GRANT ALL PRIVILEGES ON *.* TO ?@'%'`, [user]);
  for (const host of ['localhost', '127.0.0.1']) {
    await connection.query(`ALTER USER IF EXISTS ?@? IDENTIFIED BY ?`, [user, host, password]);
  }
}

async function follow(
  replica: Connection,
  primary: Connection,
  settings: TestServer,
  flavour: ServerFlavour,
): Promise<void> {
  const [rows] = await primary.query(flavour === 'mysql' ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS');
  const { File: file, Position: position } = (rows as { File: string; Position: number }[])[0]!;
  const { host, port, user, password } = settings;
  await (flavour === 'mysql'
    ? replica.query(
        `CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = ?, SOURCE_PASSWORD = ?,
         SOURCE_LOG_FILE = ?, SOURCE_LOG_POS = ?, GET_SOURCE_PUBLIC_KEY = 1`,
        [host, port, user, password, file, position],
      )
    : replica.query(
        `CHANGE MASTER TO MASTER_HOST = ?, MASTER_PORT = ?, MASTER_USER = ?, MASTER_PASSWORD = ?,
         MASTER_LOG_FILE = ?, MASTER_LOG_POS = ?`,
        [host, port, user, password, file, position],
      ));
}
