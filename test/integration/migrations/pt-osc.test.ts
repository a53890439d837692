import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError, RefusedError } from '../../../src/errors.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import type { Checkpoint } from '../../../src/migrations/run.ts';
import { createBigTable } from '../../support/big-table.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { requirePerconaToolkit } from '../../support/percona-toolkit.ts';
import { runMigrateChild } from '../../support/run-child.ts';
import { createSchema, servers, type TestSchema } from '../../support/schemas.ts';

const DECLARATIONS = [
  { table: 'big', name: 'idx_b', columns: ['b'], strategy: 'pt-osc' },
  { table: 'big', name: 'idx_a', columns: ['a'], strategy: 'pt-osc' },
] as const;
const MIGRATIONS = testMigrations(...DECLARATIONS);

describe.each(servers)('pt-online-schema-change on $label', { timeout: 90_000 }, (server) => {
  beforeAll(requirePerconaToolkit, 300_000);

  test('builds the indexes of a table in one copy, with the same ledger', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 300);
    await using database = await openTestDatabase(schema.settings);
    const { events, observe } = recorder();

    const result = await up(database, MIGRATIONS, {}, { observe });

    expect(actions(result)).toEqual(['built idx_b', 'built idx_a']);
    expect(await indexNames(schema, 'big')).toEqual(['idx_a', 'idx_b']);
    expect(await leftovers(schema)).toEqual([]);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    expect(events.some((event) => event.kind === 'progress' && (event.fraction ?? 0) > 0)).toBe(true);
  });

  test('leaves neither copy nor trigger when it is interrupted', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 400);
    await using database = await openTestDatabase(schema.settings);
    const controller = new AbortController();
    const checkpoint = async (step: Checkpoint) => {
      if (step !== 'statement-sent') return;
      await expect.poll(() => leftovers(schema), { timeout: 10_000 }).not.toEqual([]);
      await sleep(500);
      controller.abort();
    };

    const failure = up(database, MIGRATIONS, {}, { signal: controller.signal, checkpoint });

    await expect(failure).rejects.toBeInstanceOf(InterruptedError);
    expect(await leftovers(schema)).toEqual([]);
    expect(await indexNames(schema, 'big')).toEqual([]);
    expect(await readLedger(database)).toEqual([]);
  });

  test('is healed by the next run after its starter was killed', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 400);
    const { settings } = schema;
    const declarations = DECLARATIONS;
    const child = await runMigrateChild({ command: 'up', settings, declarations, killAt: 'statement-sent' });
    expect(child.signal).toBe('SIGKILL');

    await using database = await openTestDatabase(settings);
    const result = await up(database, MIGRATIONS);

    expect(result.pending).toBe(0);
    expect(await indexNames(schema, 'big')).toEqual(['idx_a', 'idx_b']);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    await expect.poll(() => leftovers(schema), { timeout: 10_000 }).toEqual([]);
  });

  test('is refused for a unique index, whose duplicates a copy would lose', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 1);
    await using database = await openTestDatabase(schema.settings);
    const unique = testMigrations({ table: 'big', name: 'u', columns: ['b'], unique: true });

    const failure = up(database, unique, { strategy: 'pt-osc' });

    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    await expect(failure).rejects.toThrow(/no longer unique/);
  });
});

/** Triggers, and tables that are neither the test's nor the ledger's. */
async function leftovers({ connection, name }: TestSchema): Promise<readonly string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?
      UNION ALL
     SELECT TABLE_NAME FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME <> 'big' AND TABLE_NAME NOT LIKE 'tidemark\\_%'`,
    [name, name],
  );
  return rows.map((row) => String(row['name']));
}
