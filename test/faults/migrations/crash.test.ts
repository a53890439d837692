import { describe, expect, test } from 'vitest';
import { readHistory } from '../../../src/migrations/history.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import type { Checkpoint } from '../../../src/migrations/run.ts';
import { createBigTable } from '../../support/big-table.ts';
import { createStatements } from '../../support/create-statements.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, down, recorder, testMigrations, up } from '../../support/migrations.ts';
import { runMigrateChild } from '../../support/run-child.ts';
import { createSchema, servers } from '../../support/schemas.ts';

const STEPS: readonly Checkpoint[] = [
  'locked',
  'reconciled',
  'intent-written',
  'statement-sent',
  'statement-done',
  'outcome-written',
];

const TABLE = 'CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, a INT, b INT, t DATETIME)';
const ROWS = `INSERT INTO orders (a, b, t) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
  SELECT i, i % 7, '2026-01-01' + INTERVAL i SECOND FROM n`;
const DECLARATIONS = [
  { table: 'orders', name: 'idx_a', columns: ['a'] },
  { table: 'orders', name: 'idx_b_t', columns: ['b', 't'] },
] as const;

const FOREIGN_KEY = [
  'CREATE TABLE parent (id INT PRIMARY KEY)',
  `CREATE TABLE child (id INT PRIMARY KEY, pid INT, u INT, x INT, FOREIGN KEY own (pid) REFERENCES parent (id),
     INDEX by_u (u))`,
];
const SERVING = [
  { table: 'child', name: 'idx_pid_u', columns: ['pid', 'u'] },
  { table: 'child', name: 'idx_pid_x', columns: ['pid', 'x'] },
] as const;

describe.each(servers)('a process that is killed on $label', (server) => {
  test.each(STEPS)('at "%s" of an up is healed by the next up', async (killAt) => {
    await using schema = await createSchema(server);
    await schema.connection.query(TABLE);
    await schema.connection.query(ROWS);

    const { settings } = schema;
    const child = await runMigrateChild({ command: 'up', settings, declarations: DECLARATIONS, killAt });
    expect(child).toMatchObject({ signal: 'SIGKILL' });

    await using database = await openTestDatabase(settings);
    const migrations = testMigrations(...DECLARATIONS);
    const result = await up(database, migrations);

    expect(result.pending).toBe(0);
    expect(await indexNames(schema, 'orders')).toEqual(['idx_a', 'idx_b_t']);
    const ledger = await readLedger(database);
    expect(ledger.map(({ state }) => state)).toEqual(['applied', 'applied']);
    expect(ledger.map(({ definition }) => definition)).toEqual(
      migrations.map(({ definition }) => definition),
    );
    expect(actions(await up(database, migrations))).toEqual([]);
  });

  test.each(STEPS)('at "%s" of a down is healed by the next down', async (killAt) => {
    await using schema = await createSchema(server);
    await schema.connection.query(TABLE);
    await schema.connection.query(ROWS);
    const { settings } = schema;
    await using database = await openTestDatabase(settings);
    const migrations = testMigrations(...DECLARATIONS);
    await up(database, migrations);

    const child = await runMigrateChild({ command: 'down', settings, declarations: DECLARATIONS, killAt });
    expect(child).toMatchObject({ signal: 'SIGKILL' });
    await down(database, migrations, { all: true });

    expect(await indexNames(schema, 'orders')).toEqual([]);
    expect(await readLedger(database)).toEqual([]);
  });

  test.each(STEPS)(
    'at "%s" of an up that displaces the server’s index: down puts it back',
    async (killAt) => {
      await using schema = await createSchema(server);
      for (const statement of FOREIGN_KEY) await schema.connection.query(statement);
      const before = await createStatements(schema);
      const { settings } = schema;
      const child = await runMigrateChild({ command: 'up', settings, declarations: SERVING, killAt });
      expect(child).toMatchObject({ signal: 'SIGKILL' });

      await using database = await openTestDatabase(settings);
      const migrations = testMigrations(...SERVING);
      await up(database, migrations);
      expect(await indexNames(schema, 'child')).toEqual(['by_u', 'idx_pid_u', 'idx_pid_x']);
      await down(database, migrations, { all: true });
      expect(await createStatements(schema)).toEqual(before);
    },
  );

  test.each(STEPS)('at "%s" of a down that puts the server’s index back', async (killAt) => {
    await using schema = await createSchema(server);
    for (const statement of FOREIGN_KEY) await schema.connection.query(statement);
    const before = await createStatements(schema);
    const { settings } = schema;
    await using database = await openTestDatabase(settings);
    const migrations = testMigrations(...SERVING);
    await up(database, migrations);
    // The second drop is the one that puts it back; a run comes to its lock but once.
    const spared = killAt === 'locked' || killAt === 'reconciled' ? 0 : 1;
    const order = { command: 'down', settings, declarations: SERVING, killAt, spared } as const;
    expect(await runMigrateChild(order)).toMatchObject({ signal: 'SIGKILL' });

    await down(database, migrations, { all: true });
    expect(await createStatements(schema)).toEqual(before);
    expect(await readLedger(database)).toEqual([]);
  });

  test.each<[Checkpoint, number]>([
    ['intent-written', 0],
    ['statement-sent', 0],
    ['intent-written', 1],
    ['statement-sent', 1],
    ['statement-done', 0],
    ['outcome-written', 0],
  ])('at "%s" after %i of them, of an up with one index at fault', async (killAt, spared) => {
    await using schema = await createSchema(server);
    await schema.connection.query(TABLE);
    await schema.connection.query(ROWS);
    const { settings } = schema;
    const declarations = [...DECLARATIONS, { table: 'orders', name: 'uq_b', columns: ['b'], unique: true }];
    const order = { command: 'up', settings, declarations, killAt, spared } as const;
    expect(await runMigrateChild(order)).toMatchObject({ signal: 'SIGKILL' });

    await using database = await openTestDatabase(settings);
    await expect(up(database, testMigrations(...declarations))).rejects.toThrow(/cannot build uq_b/);
    expect(await indexNames(schema, 'orders')).toEqual(['idx_a', 'idx_b_t']);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied', 'applied', 'failed']);
  });

  test('while the server goes on building is waited for, and its index recorded', async () => {
    await using schema = await createSchema(server);
    await createBigTable(schema, 800);
    const { settings } = schema;
    const declarations = [
      { table: 'big', name: 'idx_b', columns: ['b'] },
      { table: 'big', name: 'idx_a_b', columns: ['a', 'b'] },
    ];
    const child = await runMigrateChild({ command: 'up', settings, declarations, killAt: 'statement-sent' });
    expect(child.signal).toBe('SIGKILL');

    await using database = await openTestDatabase(settings);
    const { events, observe } = recorder();
    const result = await up(database, testMigrations(...declarations), {}, { observe });

    expect(events.map(({ kind }) => kind)).toContain('waiting-for-orphaned-build');
    expect(events.filter(({ kind }) => kind === 'reconciled')).toEqual([
      { kind: 'reconciled', migration: '20261123000001_big_idx_b', outcome: 'recorded' },
      { kind: 'reconciled', migration: '20261123000002_big_idx_a_b', outcome: 'recorded' },
    ]);
    expect(actions(result)).toEqual([]);
    expect(await indexNames(schema, 'big')).toEqual(['idx_a_b', 'idx_b']);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    const history = await readHistory(database, { limit: 10 });
    expect(history.map(({ event }) => event)).toContain('built');
  });
});
