import type { Connection } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { startReplication } from '../../support/replication.ts';

const MIGRATIONS = testMigrations({ table: 'orders', name: 'idx_a', columns: ['a'] });

describe.each(['mysql', 'mariadb'] as const)('a %s primary with a replica', (flavour) => {
  test('is changed only while the replica is near enough', { timeout: 120_000 }, async () => {
    await using replication = await startReplication(flavour);
    const { primary, replica, onPrimary, onReplica } = replication;
    await onPrimary.query('CREATE TABLE shop.orders (id INT PRIMARY KEY, a INT)');
    await using database = await openTestDatabase({ ...primary, schema: 'shop' });
    const replicas = [{ host: replica.host, port: replica.port }];
    const gates = { replicas, maxReplicaLagSeconds: 1 };

    // A replica that stands still applies nothing: its lag is unknown, and no wait for it would end.
    await replication.stopReplica();
    const stopped = up(database, MIGRATIONS, gates);
    await expect(stopped).rejects.toBeInstanceOf(RefusedError);
    await expect(stopped).rejects.toThrow(/does not replicate/);

    // A lock on the replica makes it fall behind.
    await replication.startReplica();
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
  });
});

async function tableCount(connection: Connection): Promise<number> {
  const [rows] = await connection.query(
    "SELECT COUNT(*) AS count FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = 'orders'",
  );
  return (rows as { count: number }[])[0]!.count;
}
