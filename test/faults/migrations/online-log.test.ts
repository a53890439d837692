import { describe, expect, test } from 'vitest';
import type { RowDataPacket } from 'mysql2/promise';
import { WorkFailedError } from '../../../src/errors.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import type { Checkpoint } from '../../../src/migrations/run.ts';
import { createBigTable } from '../../support/big-table.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, testMigrations, up } from '../../support/migrations.ts';
import { startPrivateTestServer } from '../../support/private-test-server.ts';
import { createSchema, type TestSchema } from '../../support/schemas.ts';

const MIGRATIONS = testMigrations(
  { table: 'big', name: 'idx_b', columns: ['b'] },
  { table: 'big', name: 'idx_a_b', columns: ['a', 'b'] },
);

describe.each(['mysql', 'mariadb'] as const)('a table of %s that is written to', (flavour) => {
  test('more than the server keeps during a build stays as it was', { timeout: 120_000 }, async () => {
    await using own = await startPrivateTestServer(flavour, () => [
      '--innodb-online-alter-log-max-size=65536',
    ]);
    await using schema = await createSchema(own.settings);
    await createBigTable(schema, 150);
    await using database = await openTestDatabase(schema.settings);
    const checkpoint = async (step: Checkpoint) => {
      if (step !== 'statement-sent') return;
      await expect.poll(() => isBuilding(schema), { timeout: 10_000, interval: 20 }).toBe(true);
      await schema.connection.query('UPDATE big SET b = REVERSE(b) WHERE id <= 10000');
    };

    const failure = up(database, MIGRATIONS, {}, { checkpoint });

    await expect(failure).rejects.toBeInstanceOf(WorkFailedError);
    await expect(failure).rejects.toThrow(/of table big: more was written to it meanwhile/);
    await expect(failure).rejects.toMatchObject({
      hints: [expect.stringContaining('innodb_online_alter_log_max_size')],
    });
    expect(await indexNames(schema, 'big')).toEqual([]);
    const [failed, ...others] = await readLedger(database);
    expect(failed).toMatchObject({ state: 'failed', error: expect.stringContaining('meanwhile') });
    expect(others.map(({ state }) => state)).not.toContain('building');

    await schema.connection.query('SET GLOBAL innodb_online_alter_log_max_size = 134217728');
    expect(actions(await up(database, MIGRATIONS))).toEqual(['built idx_b', 'built idx_a_b']);
  });
});

async function isBuilding({ connection, name }: TestSchema): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM information_schema.PROCESSLIST
      WHERE DB = ? AND INFO LIKE 'ALTER TABLE%' AND STATE = 'altering table'`,
    [name],
  );
  return rows.length > 0;
}
