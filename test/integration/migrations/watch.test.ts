import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MigrationEvent } from '../../../src/migrations/events.ts';
import { createBigTable } from '../../support/big-table.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { startPrivateTestServer } from '../../support/private-test-server.ts';
import { connect, createSchema, servers, type TestServer } from '../../support/schemas.ts';
import { debianPackage } from '../../support/servers/debian-package.ts';

const MIGRATIONS = testMigrations(
  { table: 'big', name: 'idx_b', columns: ['b'] },
  { table: 'big', name: 'idx_a_b', columns: ['a', 'b'] },
);

const KILL_SOON = { killBlockersAfterSeconds: 2, lockWaitTimeoutSeconds: 4 };

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
});

describe.each(servers)('who holds up a build on $label', (server) => {
  // MariaDB tells who holds a metadata lock only with a plugin that is not there by default.
  const certain = server.flavour === 'mysql';

  test(`is named and ${certain ? 'killed on request' : 'spared, since it is not certain'}`, async () => {
    await using scene = await blockedBuild(server);

    const run = up(scene.database, MIGRATIONS, KILL_SOON, { observe: scene.observe });
    if (!certain) {
      await scene.seen('retry');
      await scene.blocker.query('COMMIT');
    }

    expect(actions(await run)).toEqual(['built idx_b', 'built idx_a_b']);
    const seen = scene.events.flatMap((event) => (event.kind === 'blocked' ? event.blockers : []));
    expect(seen).toContainEqual(
      expect.objectContaining({ connectionId: scene.blocker.threadId, certain, user: server.user }),
    );
    expect(scene.killed()).toEqual(certain ? [scene.blocker.threadId] : []);
    expect(await scene.reader()).toBe('read');
  });
});

describe('who holds up a build on a MariaDB that shows its metadata locks', () => {
  let plugins = '';
  beforeAll(async () => {
    plugins = path.join(await debianPackage('mariadb-server'), 'usr/lib/mysql/plugin');
  }, 300_000);

  test('is killed on request, and the readers that queue behind the build are not', async () => {
    await using own = await startPrivateTestServer('mariadb', () => [
      `--plugin-dir=${plugins}`,
      '--plugin-load-add=metadata_lock_info',
    ]);
    await using scene = await blockedBuild(own.settings);

    const result = await up(scene.database, MIGRATIONS, KILL_SOON, { observe: scene.observe });

    expect(actions(result)).toEqual(['built idx_b', 'built idx_a_b']);
    const seen = scene.events.flatMap((event) => (event.kind === 'blocked' ? event.blockers : []));
    expect(new Set(seen.map(({ connectionId }) => connectionId))).toEqual(new Set([scene.blocker.threadId]));
    expect(seen[0]).toMatchObject({ certain: true, user: own.settings.user });
    expect(scene.killed()).toEqual([scene.blocker.threadId]);
    expect(await scene.reader()).toBe('read');
  });
});

/**
 * A table that an idle transaction has read, and a connection that reads it as soon as a build waits for it, which makes
 * the server queue it behind the build.
 */
async function blockedBuild(server: TestServer) {
  const schema = await createSchema(server);
  await createBigTable(schema, 1);
  const database = await openTestDatabase(schema.settings);
  const blocker = schema.connection;
  blocker.on('error', () => {});
  await blocker.query('START TRANSACTION');
  await blocker.query('SELECT COUNT(*) FROM big');
  const queued = await connect(server);
  const { events, observe: record } = recorder();
  let reading: Promise<string> | null = null;
  const observe = (event: MigrationEvent) => {
    record(event);
    if (event.kind !== 'blocked') return;
    reading ??= queued.query(`SELECT COUNT(*) FROM ${schema.name}.big`).then(
      () => 'read',
      (error: unknown) => String(error),
    );
  };
  return {
    database,
    blocker,
    events,
    observe,
    killed: () =>
      events.flatMap((event) => (event.kind === 'blocker-killed' ? [event.blocker.connectionId] : [])),
    reader: async () => reading,
    seen: async (kind: MigrationEvent['kind']) =>
      expect.poll(() => events.some((event) => event.kind === kind), { timeout: 15_000 }).toBe(true),
    [Symbol.asyncDispose]: async () => {
      queued.destroy();
      await database[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}
