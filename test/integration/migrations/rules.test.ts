import { describe, expect, test } from 'vitest';
import { RefusedError, UsageError, WorkFailedError } from '../../../src/errors.ts';
import { readHistory } from '../../../src/migrations/history.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import { LEDGER_TABLE, ledgerExists } from '../../../src/migrations/ledger-format.ts';
import { migrateStatus } from '../../../src/migrations/migrate-status.ts';
import { allServers } from '../../support/all-servers.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, down, recorder, testMigrations, up } from '../../support/migrations.ts';
import { createSchema, type TestServer } from '../../support/schemas.ts';

const TABLE =
  'CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, a INT, b INT, note VARCHAR(100), create_time DATETIME, update_time DATETIME)';

async function openOrders(server: TestServer) {
  const schema = await createSchema(server);
  await schema.connection.query(TABLE);
  const database = await openTestDatabase(schema.settings);
  return {
    schema,
    database,
    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}

const IDX_A = { table: 'orders', name: 'idx_a', columns: ['a'] } as const;
const IDX_B = { table: 'orders', name: 'idx_b', columns: ['b'] } as const;
const IDX_NOTE = { table: 'orders', name: 'idx_note', columns: ['note'] } as const;

describe.each(allServers)('migrate on $label', (server) => {
  test('reports every bad migration together and changes nothing', async () => {
    await using orders = await openOrders(server);
    const migrations = testMigrations(
      IDX_A,
      { table: 'order', name: 'idx_x', columns: ['a'] },
      { table: 'orders', name: 'idx_y', columns: ['server_time'] },
    );

    const failure = up(orders.database, migrations);

    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    const error = (await failure.catch((reason: unknown) => reason)) as RefusedError;
    expect(error.message).toContain('table order does not exist');
    expect(error.message).toContain('table orders has no column server_time');
    expect(error.hints).toContain('did you mean "orders"?');
    expect(error.hints.join()).toContain('time columns of orders: create_time, update_time');
    expect(await indexNames(orders.schema, 'orders')).toEqual([]);
    expect(await ledgerExists(orders.database)).toBe(false);
  });

  test('refuses an unknown --to and names the nearest', async () => {
    await using orders = await openOrders(server);
    const failure = up(orders.database, testMigrations(IDX_A), { to: '20261123000001_orders_idx_b' });
    await expect(failure).rejects.toBeInstanceOf(UsageError);
    await expect(failure).rejects.toMatchObject({
      hints: expect.arrayContaining(['did you mean "20261123000001_orders_idx_a"?']),
    });
  });

  test('applies and undoes by --to and --step', async () => {
    await using orders = await openOrders(server);
    const migrations = testMigrations(IDX_A, IDX_B, IDX_NOTE);
    const [first, second] = migrations.map(({ name }) => name);

    expect(actions(await up(orders.database, migrations, { step: 1 }))).toEqual(['built idx_a']);
    expect(actions(await up(orders.database, migrations, { to: second! }))).toEqual(['built idx_b']);
    expect((await up(orders.database, migrations)).pending).toBe(0);
    expect(actions(await down(orders.database, migrations))).toEqual(['dropped idx_note']);
    expect(actions(await down(orders.database, migrations, { to: first! }))).toEqual([
      'dropped idx_b',
      'dropped idx_a',
    ]);
  });

  test('shows what it would do, and does nothing, in a dry run', async () => {
    await using orders = await openOrders(server);
    const result = await up(orders.database, testMigrations(IDX_A, IDX_B), { dryRun: true });
    expect(actions(result)).toEqual(['planned idx_a', 'planned idx_b']);
    expect(result.migrations[0]?.statement).toMatch(
      /^ALTER TABLE `orders` ADD INDEX `idx_a` \(`a`\), ADD INDEX .*LOCK=NONE$/,
    );
    expect(result.pending).toBe(2);
    expect(await ledgerExists(orders.database)).toBe(false);
  });

  test('builds one by one without coalescing', async () => {
    await using orders = await openOrders(server);
    const result = await up(orders.database, testMigrations(IDX_A, IDX_B), { coalesce: false });
    expect(new Set(result.migrations.map(({ statement }) => statement)).size).toBe(2);
  });

  test('says which part of a combined statement failed, and builds the others', async () => {
    await using orders = await openOrders(server);
    await orders.schema.connection.query('INSERT INTO orders (a, b) VALUES (1, 1), (2, 1)');
    const migrations = testMigrations(IDX_A, { ...IDX_B, unique: true }, IDX_NOTE);

    const failure = up(orders.database, migrations);

    await expect(failure).rejects.toBeInstanceOf(WorkFailedError);
    await expect(failure).rejects.toThrow(/cannot build idx_b of table orders.*Duplicate entry/);
    expect(await indexNames(orders.schema, 'orders')).toEqual(['idx_a', 'idx_note']);
    const status = await migrateStatus({ database: orders.database, migrations });
    expect(status.migrations.map(({ state }) => state)).toEqual(['applied', 'failed', 'applied']);
    expect(status.migrations[1]?.error).toContain('Duplicate entry');

    await orders.schema.connection.query('DELETE FROM orders');
    expect((await up(orders.database, migrations)).pending).toBe(0);
  });

  test('refuses edited and orphaned migrations, and says how to go on', async () => {
    await using orders = await openOrders(server);
    const migrations = testMigrations(IDX_A, IDX_B);
    await up(orders.database, migrations);
    const edited = testMigrations({ ...IDX_A, columns: ['a', 'b'] });

    const status = await migrateStatus({ database: orders.database, migrations: edited });
    expect(status.migrations.map(({ state }) => state)).toEqual(['edited', 'orphan']);
    const failure = up(orders.database, edited);
    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    await expect(failure).rejects.toThrow(/was changed after it was applied[^]*its file is gone/);
    const allowed = await up(orders.database, edited, { allowEdited: true, allowOrphans: true });
    expect(allowed.findings.map(({ check, severity }) => [check, severity])).toEqual([
      ['not-edited', 'warn'],
      ['has-file', 'warn'],
    ]);
    // An orphan's index is dropped by what the ledger says of it.
    expect(actions(await down(orders.database, edited))).toEqual(['dropped idx_b']);
  });

  test('applies a late-comer after the others, with a warning', async () => {
    await using orders = await openOrders(server);
    const [late, early] = testMigrations(IDX_A, IDX_B);
    await up(orders.database, [early!]);
    const status = await migrateStatus({ database: orders.database, migrations: [late!, early!] });
    expect(status.migrations[0]).toMatchObject({ state: 'pending', outOfOrder: true });
    const { events, observe } = recorder();
    expect(actions(await up(orders.database, [late!, early!], {}, { observe }))).toEqual(['built idx_a']);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'warning', migration: late!.name }));
  });

  test('adopts an index that is there, and refuses another one of its name', async () => {
    await using orders = await openOrders(server);
    await orders.schema.connection.query('ALTER TABLE orders ADD INDEX idx_a (a), ADD INDEX idx_b (a, b)');
    const migrations = testMigrations(IDX_A, IDX_B);

    expect(actions(await up(orders.database, migrations, { step: 1 }))).toEqual(['adopted idx_a']);
    const failure = up(orders.database, migrations);

    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    await expect(failure).rejects.toThrow(/another index idx_b \(a, b\), which differs in columns/);
  });

  test('adopts an equivalent index on request, and never drops it', async () => {
    await using orders = await openOrders(server);
    await orders.schema.connection.query('ALTER TABLE orders ADD INDEX theirs (a)');
    const migrations = testMigrations(IDX_A);

    const planned = await up(orders.database, migrations, { dryRun: true });
    expect(planned.findings.map(({ check }) => check)).toContain('not-redundant');
    expect(actions(await up(orders.database, migrations, { adoptEquivalent: true }))).toEqual([
      'adopted theirs',
    ]);
    expect(actions(await down(orders.database, migrations))).toEqual(['released theirs']);
    expect(await indexNames(orders.schema, 'orders')).toEqual(['theirs']);
  });

  test('refuses to drop an index that an extraction needs, unless forced', async () => {
    await using orders = await openOrders(server);
    const migrations = testMigrations(IDX_A);
    await up(orders.database, migrations);
    const dependents = [{ table: 'orders', index: 'idx_a' }];

    const failure = down(orders.database, migrations, {}, { dependents });

    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    await expect(failure).rejects.toThrow(/the extraction of table orders reads by index idx_a/);
    expect(actions(await down(orders.database, migrations, { force: true }, { dependents }))).toEqual([
      'dropped idx_a',
    ]);
  });

  test('forgets an index that somebody dropped, and refuses one that somebody changed', async () => {
    await using orders = await openOrders(server);
    const migrations = testMigrations(IDX_A, IDX_B);
    await up(orders.database, migrations);
    await orders.schema.connection.query(
      'ALTER TABLE orders DROP INDEX idx_b, DROP INDEX idx_a, ADD INDEX idx_a (a, b)',
    );

    const gone = await down(orders.database, migrations);
    expect(gone.migrations[0]).toMatchObject({ action: 'dropped', index: 'idx_b', statement: null });
    await expect(down(orders.database, migrations)).rejects.toThrow(
      /not the one that was built: it differs in columns/,
    );
  });

  test('refuses a ledger that a newer version wrote', async () => {
    await using orders = await openOrders(server);
    await up(orders.database, testMigrations(IDX_A));
    await orders.schema.connection.query(
      `ALTER TABLE ${LEDGER_TABLE} COMMENT = 'tidemark ledger, format 99'`,
    );
    const failure = readLedger(orders.database);
    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    await expect(failure).rejects.toThrow(/written by a newer tidemark/);
  });

  test('keeps who did what, when and for how long', async () => {
    await using orders = await openOrders(server);
    const migrations = testMigrations(IDX_A);
    await up(orders.database, migrations);
    const [entry] = await readLedger(orders.database);
    expect(entry).toMatchObject({
      state: 'applied',
      checksum: migrations[0]?.checksum,
      serverVersion: orders.database.server.label,
      toolVersion: '0.0.0-test',
      error: null,
    });
    expect(entry?.executedBy).toMatch(new RegExp(`^${server.user}@`));
    expect(entry?.startedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{6}Z$/);
    expect(Date.parse(entry?.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(entry?.startedAt ?? ''));
    expect(entry?.seconds).toBeGreaterThan(0);
    expect(entry?.indexBytes).toBeGreaterThan(0);
    await down(orders.database, migrations);
    const history = await readHistory(orders.database, { limit: 10 });
    expect(history.map(({ event }) => event)).toEqual([
      'dropped',
      'drop-started',
      'run-started',
      'built',
      'build-started',
      'run-started',
    ]);
  });

  test('builds FULLTEXT only where the migration allows a build that blocks writers', async () => {
    await using orders = await openOrders(server);
    const fulltext = { table: 'orders', name: 'ft_note', columns: ['note'], type: 'FULLTEXT' } as const;
    await expect(up(orders.database, testMigrations(fulltext))).rejects.toThrow(
      /cannot be built while others write: the server builds FULLTEXT/,
    );
    const allowed = testMigrations({ ...fulltext, online: false });
    expect(actions(await up(orders.database, allowed))).toEqual(['built ft_note']);
    expect(actions(await down(orders.database, allowed))).toEqual(['dropped ft_note']);
  });
});
