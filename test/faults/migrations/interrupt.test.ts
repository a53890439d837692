import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { InterruptedError, RefusedError, WorkFailedError } from '../../../src/errors.ts';
import { readHistory } from '../../../src/migrations/history.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import { lockNames } from '../../../src/migrations/lock.ts';
import type { Checkpoint } from '../../../src/migrations/run.ts';
import { createBigTable } from '../../support/big-table.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, down, recorder, testMigrations, up } from '../../support/migrations.ts';
import { runMigrateChild } from '../../support/run-child.ts';
import { createSchema, servers } from '../../support/schemas.ts';

const MIGRATIONS = testMigrations(
  { table: 'big', name: 'idx_b', columns: ['b'] },
  { table: 'big', name: 'idx_a_b', columns: ['a', 'b'] },
);

describe.each(servers)('on $label', (server) => {
  test('an abort stops the build on the server and leaves neither index nor lock', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 800);
    await using database = await openTestDatabase(schema.settings);
    const controller = new AbortController();
    const checkpoint = async (step: Checkpoint) => {
      if (step !== 'statement-sent') return;
      await sleep(300);
      controller.abort();
    };

    const failure = up(database, MIGRATIONS, {}, { signal: controller.signal, checkpoint });

    await expect(failure).rejects.toBeInstanceOf(InterruptedError);
    await expect(failure).rejects.toMatchObject({ exitCode: 130 });
    expect(await indexNames(schema, 'big')).toEqual([]);
    expect(await readLedger(database)).toEqual([]);
    const history = await readHistory(database, { limit: 2 });
    expect(history.map(({ event }) => event)).toEqual(['build-interrupted', 'build-interrupted']);
    const { runner, statement } = lockNames(schema.name);
    await using session = await database.session();
    expect(await session.value('SELECT IS_FREE_LOCK(?) + IS_FREE_LOCK(?)', [runner, statement])).toBe(2);
    expect(actions(await up(database, MIGRATIONS))).toEqual(['built idx_b', 'built idx_a_b']);
  });

  test('a build whose connection is killed is healed by the next run', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 400);
    await using database = await openTestDatabase(schema.settings);
    const checkpoint = async (step: Checkpoint) => {
      if (step !== 'statement-sent') return;
      await sleep(200);
      const [rows] = await schema.connection.query(
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = ? AND INFO LIKE 'ALTER TABLE%'",
        [schema.name],
      );
      for (const { id } of rows as { id: number }[]) await schema.connection.query(`KILL ${id}`);
    };

    const failure = up(database, MIGRATIONS, {}, { checkpoint });

    await expect(failure).rejects.toBeInstanceOf(WorkFailedError);
    await expect(failure).rejects.toThrow(/connection was lost/);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['building', 'building']);
    expect(actions(await up(database, MIGRATIONS))).toEqual(['built idx_b', 'built idx_a_b']);
    expect(await indexNames(schema, 'big')).toEqual(['idx_a_b', 'idx_b']);
  });

  test('ten runs at once build each index once', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 20);
    const { settings } = schema;
    const declarations = MIGRATIONS.map(({ definition }) => ({
      table: definition.table,
      name: definition.name,
      columns: definition.parts.flatMap((part) => (part.kind === 'column' ? [part.name] : [])),
    }));

    const ends = await Promise.all(
      Array.from({ length: 10 }, async () =>
        runMigrateChild({ command: 'up', settings, declarations, killAt: null, waitSeconds: 60 }),
      ),
    );

    expect(ends.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      ends.map(() => ({ exitCode: 0, stderr: '' })),
    );
    const built = ends.flatMap(({ stdout }) => actions(JSON.parse(stdout)));
    expect(built.toSorted()).toEqual(['built idx_a_b', 'built idx_b']);
    await using database = await openTestDatabase(settings);
    const history = await readHistory(database, { limit: 100 });
    expect(history.filter(({ event }) => event === 'build-started')).toHaveLength(2);
  });

  test('a second run is told who works and since when, and does nothing', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 20);
    await using database = await openTestDatabase(schema.settings);
    await using other = await openTestDatabase(schema.settings);
    let refusal: unknown = null;
    const checkpoint = async (step: Checkpoint) => {
      if (step === 'intent-written') refusal = await up(other, MIGRATIONS).catch((error: unknown) => error);
    };

    await up(database, MIGRATIONS, {}, { checkpoint });

    expect(refusal).toBeInstanceOf(RefusedError);
    expect(refusal).toMatchObject({ exitCode: 4 });
    const account = `${schema.settings.user}@`;
    expect(String(refusal)).toMatch(/another run works on schema/);
    expect(String(refusal)).toContain(account);
    expect(String(refusal)).toMatch(/since 20\d\d-\d\d-\d\dT[\d:.]+Z/);
  });

  test('a lock that a dying connection still holds is waited for, not refused', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 1);
    await using database = await openTestDatabase(schema.settings);
    const { runner } = lockNames(schema.name);
    await schema.connection.query('SELECT GET_LOCK(?, 0)', [runner]);
    const { events, observe } = recorder();
    const run = up(database, MIGRATIONS, {}, { observe });
    // It asks with a time to wait once it was told that the lock is held.
    await expect
      .poll(
        async () => {
          const [waiting] = await schema.connection.query(
            "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = ? AND ID <> CONNECTION_ID() AND INFO LIKE '%GET_LOCK%, 1)'",
            [schema.name],
          );
          return waiting;
        },
        { interval: 10, timeout: 5000 },
      )
      .toHaveLength(1);
    await schema.connection.query('SELECT RELEASE_LOCK(?)', [runner]);

    expect(actions(await run)).toEqual(['built idx_b', 'built idx_a_b']);
    expect(events.map(({ kind }) => kind)).not.toContain('waiting-for-lock');
  });

  test('a build that finds its table locked lets go, tells who holds it, and tries again', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 1);
    await using database = await openTestDatabase(schema.settings);
    await schema.connection.query('START TRANSACTION');
    await schema.connection.query('SELECT COUNT(*) FROM big');
    const { events, observe } = recorder();
    const run = up(database, MIGRATIONS, { lockWaitTimeoutSeconds: 1 }, { observe });
    await expect.poll(() => events.some(({ kind }) => kind === 'retry'), { timeout: 15_000 }).toBe(true);
    await schema.connection.query('COMMIT');

    expect(actions(await run)).toEqual(['built idx_b', 'built idx_a_b']);
    const blockers = events.flatMap((event) => (event.kind === 'blocked' ? event.blockers : []));
    expect(blockers.map(({ connectionId }) => connectionId)).toContain(schema.connection.threadId);
    expect(blockers[0]).toMatchObject({ user: schema.settings.user, host: expect.stringContaining('') });
  });

  test('a drop that is interrupted leaves the index and says so', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 1);
    await using database = await openTestDatabase(schema.settings);
    await up(database, MIGRATIONS);
    await schema.connection.query('START TRANSACTION');
    await schema.connection.query('SELECT COUNT(*) FROM big');
    const controller = new AbortController();
    const checkpoint = async (step: Checkpoint) => {
      if (step !== 'statement-sent') return;
      await sleep(300);
      controller.abort();
    };

    const failure = down(database, MIGRATIONS, {}, { signal: controller.signal, checkpoint });

    await expect(failure).rejects.toBeInstanceOf(InterruptedError);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    expect(await indexNames(schema, 'big')).toEqual(['idx_a_b', 'idx_b']);
  });
});
