import { describe, expect, test } from 'vitest';
import type { MigrationEvent } from '../../../src/migrations/events.ts';
import { createBigTable } from '../../support/big-table.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { createSchema, servers } from '../../support/schemas.ts';

const MIGRATIONS = testMigrations(
  { table: 'big', name: 'idx_b', columns: ['b'] },
  { table: 'big', name: 'idx_a_b', columns: ['a', 'b'] },
);

describe.each(servers)('while an index is built on $label', (server) => {
  test('its progress is told, and rises', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 800);
    await using database = await openTestDatabase(schema.settings);
    const { events, observe } = recorder();

    await up(database, MIGRATIONS, {}, { observe });

    const progress = events.filter(
      (event): event is Extract<MigrationEvent, { kind: 'progress' }> => event.kind === 'progress',
    );
    const fractions = progress.flatMap(({ fraction }) => (fraction === null ? [] : [fraction]));
    expect(fractions.length).toBeGreaterThan(0);
    expect(fractions).toEqual(fractions.toSorted((one, other) => one - other));
    expect(Math.max(...fractions)).toBeLessThanOrEqual(1);
    expect(Math.max(...fractions)).toBeGreaterThan(0.1);
  });

  test('who holds it up is killed on request, but only where that is certain', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 1);
    await using database = await openTestDatabase(schema.settings);
    await schema.connection.query('START TRANSACTION');
    await schema.connection.query('SELECT COUNT(*) FROM big');
    const blocker = schema.connection.threadId;
    schema.connection.on('error', () => {});
    const { events, observe } = recorder();

    const run = up(
      database,
      MIGRATIONS,
      { killBlockersAfterSeconds: 1, lockWaitTimeoutSeconds: 2 },
      { observe },
    );
    // MariaDB tells who holds a metadata lock only with a plugin that is not there by default.
    if (server.flavour === 'mariadb') {
      await expect.poll(() => events.some(({ kind }) => kind === 'retry'), { timeout: 15_000 }).toBe(true);
      await schema.connection.query('COMMIT');
    }

    expect(actions(await run)).toEqual(['built idx_b', 'built idx_a_b']);
    const seen = events.flatMap((event) => (event.kind === 'blocked' ? event.blockers : []));
    expect(seen).toContainEqual(
      expect.objectContaining({ connectionId: blocker, certain: server.flavour === 'mysql' }),
    );
    const killed = events.flatMap((event) =>
      event.kind === 'blocker-killed' ? [event.blocker.connectionId] : [],
    );
    expect(killed).toEqual(server.flavour === 'mysql' ? [blocker] : []);
  });
});
