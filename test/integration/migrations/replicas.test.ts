import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { describe, expect, inject, test } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { startTestServer, type TestServer } from '../../support/servers/test-server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const MIGRATIONS = testMigrations({ table: 'orders', name: 'idx_a', columns: ['a'] });

describe.each(['mysql', 'mariadb'] as const)('a %s primary with a replica', (flavour) => {
  test('is changed only while the replica is near enough', { timeout: 120_000 }, async () => {
    await using directory = await temporaryDirectory(inject('serversDirectory'));
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
    try {
      // The replica's own account must be there too, so both have the primary's.
      await onPrimary.query('CREATE DATABASE shop');
      await onReplica.query('CREATE DATABASE shop');
      await shareAccount(onReplica, primary.settings);
      await follow(onReplica, onPrimary, primary.settings, flavour);
      await onPrimary.query('CREATE TABLE shop.orders (id INT PRIMARY KEY, a INT)');
      const settings = { ...primary.settings, schema: 'shop' };
      await using database = await openTestDatabase(settings);
      const replicas = [{ host: replica.settings.host, port: replica.settings.port }];
      const gates = { replicas, maxReplicaLagSeconds: 1 };

      // A replica that stands still applies nothing: its lag is unknown, and no wait for it would end.
      await stopReplica(onReplica, flavour);
      const stopped = up(database, MIGRATIONS, gates);
      await expect(stopped).rejects.toBeInstanceOf(RefusedError);
      await expect(stopped).rejects.toThrow(/does not replicate/);

      // A lock on the replica makes it fall behind.
      await startReplica(onReplica, flavour);
      await expect.poll(async () => tableCount(onReplica), { timeout: 15_000 }).toBe(1);
      await onReplica.query('LOCK TABLES shop.orders READ');
      await onPrimary.query('INSERT INTO shop.orders VALUES (1, 1)');
      await new Promise((resolve) => setTimeout(resolve, 3500));
      const { events, observe } = recorder();
      const run = up(database, MIGRATIONS, gates, { observe });
      await expect
        .poll(() => events.some(({ kind }) => kind === 'replica-lag'), { timeout: 15_000 })
        .toBe(true);
      expect(events.some(({ kind }) => kind === 'build-started')).toBe(false);
      await onReplica.query('UNLOCK TABLES');

      expect(actions(await run)).toEqual(['built idx_a']);
    } finally {
      onPrimary.destroy();
      onReplica.destroy();
      await Promise.all([primary.server.stop(), replica.server.stop()]);
    }
  });
});

async function connectTo({ host, port, user, password }: TestServer): Promise<Connection> {
  return createConnection({ host, port, user, password });
}

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
  flavour: string,
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
  await startReplica(replica, flavour);
}

async function startReplica(replica: Connection, flavour: string): Promise<void> {
  await replica.query(flavour === 'mysql' ? 'START REPLICA' : 'START SLAVE');
}

async function stopReplica(replica: Connection, flavour: string): Promise<void> {
  await replica.query(flavour === 'mysql' ? 'STOP REPLICA' : 'STOP SLAVE');
}

async function tableCount(connection: Connection): Promise<number> {
  const [rows] = await connection.query(
    "SELECT COUNT(*) AS count FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = 'orders'",
  );
  return (rows as { count: number }[])[0]!.count;
}
