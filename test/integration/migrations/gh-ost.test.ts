import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError, RefusedError, WorkFailedError } from '../../../src/errors.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import type { Checkpoint } from '../../../src/migrations/run.ts';
import { createBigTable } from '../../support/big-table.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { frontOfPath, writeLauncher } from '../../support/programs.ts';
import { runMigrateChild } from '../../support/run-child.ts';
import { createSchema, servers, type TestSchema } from '../../support/schemas.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary-directory.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../support/gh-ost.ts');
const DECLARATIONS = [
  { table: 'big', name: 'idx_b', columns: ['b'], strategy: 'gh-ost' },
  { table: 'big', name: 'idx_a', columns: ['a'], strategy: 'gh-ost' },
] as const;
const MIGRATIONS = testMigrations(...DECLARATIONS);

let programs: TemporaryDirectory;
beforeAll(async () => {
  programs = await temporaryDirectory();
  await writeLauncher(programs.path, 'gh-ost', [process.execPath, '--import', 'tsx', PROGRAM]);
});
afterAll(async () => programs[Symbol.asyncDispose]());

/** With a program that takes gh-ost's options; gh-ost itself is in no distribution. */
describe.each(servers)('the strategy gh-ost on $label', { timeout: 90_000 }, (server) => {
  test('is refused before anything is changed where there is no such program', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 1);
    await using database = await openTestDatabase(schema.settings);

    const failure = up(database, MIGRATIONS);

    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    await expect(failure).rejects.toThrow(/strategy gh-ost needs gh-ost, which is not on the PATH/);
  });

  test('builds the indexes of a table in one copy, with the same ledger', async () => {
    using _ = frontOfPath(programs.path);
    await using schema = await createSchema(server);
    await createBigTable(schema, 20);
    await using database = await openTestDatabase(schema.settings);
    const { events, observe } = recorder();

    const result = await up(database, MIGRATIONS, {}, { observe });

    expect(actions(result)).toEqual(['built idx_b', 'built idx_a']);
    expect(await indexNames(schema, 'big')).toEqual(['idx_a', 'idx_b']);
    expect(await leftovers(schema)).toEqual([]);
    expect(await rowCount(schema)).toBe(20_000);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'progress', fraction: 1 }));
  });

  test('tells why the program failed, and the next run removes what it left', async () => {
    using _ = frontOfPath(programs.path);
    await using schema = await createSchema(server);
    await createBigTable(schema, 20);
    await using database = await openTestDatabase(schema.settings);
    // Neither the program's swap nor our removal of its tables gets the lock.
    await schema.connection.query('START TRANSACTION');
    await schema.connection.query('SELECT COUNT(*) FROM big');

    const failure = up(database, MIGRATIONS, { lockWaitTimeoutSeconds: 1, lockAttempts: 1 });

    await expect(failure).rejects.toBeInstanceOf(WorkFailedError);
    await expect(failure).rejects.toThrow(/gh-ost failed on big:[^]*FATAL Lock wait timeout exceeded/);
    await expect(failure).rejects.toMatchObject({
      hints: [expect.stringContaining('first removes the copy')],
    });
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['failed', 'failed']);
    // Before it ends, this transaction sees the tables of its beginning.
    await schema.connection.query('COMMIT');
    expect(await leftovers(schema)).toHaveLength(2);

    expect((await up(database, MIGRATIONS)).pending).toBe(0);
    expect(await leftovers(schema)).toEqual([]);
    expect(await rowCount(schema)).toBe(20_000);
  });

  test('leaves nothing when it is interrupted', async () => {
    using _ = frontOfPath(programs.path);
    await using schema = await createSchema(server);
    await createBigTable(schema, 200);
    await using database = await openTestDatabase(schema.settings);
    const controller = new AbortController();
    const checkpoint = async (step: Checkpoint) => {
      if (step !== 'statement-sent') return;
      await expect.poll(() => leftovers(schema), { timeout: 20_000 }).toHaveLength(2);
      await sleep(200);
      controller.abort();
    };

    const failure = up(database, MIGRATIONS, {}, { signal: controller.signal, checkpoint });

    await expect(failure).rejects.toBeInstanceOf(InterruptedError);
    expect(await leftovers(schema)).toEqual([]);
    expect(await indexNames(schema, 'big')).toEqual([]);
    expect(await readLedger(database)).toEqual([]);
    expect(await rowCount(schema)).toBe(200_000);
  });

  test('is healed by the next run after its starter was killed', async () => {
    using _ = frontOfPath(programs.path);
    await using schema = await createSchema(server);
    await createBigTable(schema, 100);
    const { settings } = schema;
    const declarations = DECLARATIONS;
    const child = await runMigrateChild({ command: 'up', settings, declarations, killAt: 'statement-sent' });
    expect(child.signal).toBe('SIGKILL');

    await using database = await openTestDatabase(settings);
    const result = await up(database, MIGRATIONS);

    expect(result.pending).toBe(0);
    expect(await indexNames(schema, 'big')).toEqual(['idx_a', 'idx_b']);
    expect(await rowCount(schema)).toBe(100_000);
    await expect.poll(() => leftovers(schema), { timeout: 10_000 }).toEqual([]);
  });
});

/** Tables that are neither the test's nor the ledger's. */
async function leftovers({ connection, name }: TestSchema): Promise<readonly string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    String.raw`SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME <> 'big' AND TABLE_NAME NOT LIKE 'tidemark\_%'`,
    [name],
  );
  return rows.map((row) => String(row['name']));
}

async function rowCount({ connection }: TestSchema): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM big');
  return Number(rows[0]?.['count']);
}
