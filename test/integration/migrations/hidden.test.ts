import { describe, expect, test } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import { DEFAULT_PUBLISH_OPTIONS, migratePublish } from '../../../src/migrations/migrate-publish.ts';
import type { Finding } from '../../../src/migrations/finding.ts';
import { introspectIndexes } from '../../../src/schema/introspect-indexes.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, down, testMigrations, up } from '../../support/migrations.ts';
import { createSchema, servers } from '../../support/schemas.ts';

const MIGRATIONS = testMigrations({ table: 'orders', name: 'idx_a', columns: ['a'] });

describe.each(servers)('a hidden index on $label', (server) => {
  test('is built hidden, and published when its proof holds', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE orders (id INT PRIMARY KEY, a INT)');
    await using database = await openTestDatabase(schema.settings);
    const isVisible = async () => {
      await using session = await database.session();
      const indexes = await introspectIndexes(session, database.server, {
        schema: schema.name,
        tables: ['orders'],
      });
      return indexes.find(({ name }) => name === 'idx_a')?.visible;
    };
    const publish = (findings: readonly Finding[]) =>
      migratePublish({
        database,
        migrations: MIGRATIONS,
        options: DEFAULT_PUBLISH_OPTIONS,
        prove: async () => findings,
        observe: () => {},
        signal: new AbortController().signal,
        toolVersion: '0.0.0-test',
      });

    await up(database, MIGRATIONS, { hidden: true });
    expect(await isVisible()).toBe(false);
    expect(actions(await up(database, MIGRATIONS, { hidden: true }))).toEqual([]);

    const unproven = publish([
      {
        severity: 'refuse',
        check: 'plan',
        migration: null,
        message: 'the extraction would scan',
        hint: null,
      },
    ]);
    await expect(unproven).rejects.toBeInstanceOf(RefusedError);
    expect(await isVisible()).toBe(false);

    expect(actions(await publish([]))).toEqual(['published idx_a']);
    expect(await isVisible()).toBe(true);
    expect((await readLedger(database))[0]?.definition.visible).toBe(true);
    expect(actions(await publish([]))).toEqual([]);
  });

  test('soaks before it is dropped', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE orders (id INT PRIMARY KEY, a INT)');
    await using database = await openTestDatabase(schema.settings);
    await up(database, MIGRATIONS);

    expect(actions(await down(database, MIGRATIONS, { soakSeconds: 3600 }))).toEqual(['hidden idx_a']);
    expect((await readLedger(database))[0]?.hiddenAt).not.toBeNull();
    const early = down(database, MIGRATIONS, { soakSeconds: 3600 });
    await expect(early).rejects.toBeInstanceOf(RefusedError);
    await expect(early).rejects.toThrow(/is hidden since/);
    expect(await indexNames(schema, 'orders')).toEqual(['idx_a']);

    expect(actions(await down(database, MIGRATIONS, { soakSeconds: 0 }))).toEqual(['dropped idx_a']);
    expect(await indexNames(schema, 'orders')).toEqual([]);
  });
});
