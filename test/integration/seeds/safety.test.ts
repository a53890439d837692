import { describe, expect, test } from 'vitest';
import { RefusedError, UsageError, WorkFailedError } from '../../../src/errors.ts';
import { changeRows, seedDatabase } from '../../../src/dev/seed.ts';
import { servers } from '../../support/schemas.ts';
import { numberOf, rowsOf, sampleSchema } from './sample.ts';

const TABLE_COUNT = 'SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()';

describe.each(servers)('on $label', (server) => {
  test('a second run inserts nothing and says what is there', async () => {
    await using sample = await sampleSchema(server, 'business');
    await seedDatabase(sample.options());
    const before = await rowsOf(sample.connection, 'order_tab');
    const report = await seedDatabase(sample.options());
    expect(report.tables.map((table) => table.inserted)).toEqual([0, 0, 0, 0, 0]);
    expect(sample.lines).toContain('order_tab: 1,000 rows are already there');
    expect(await rowsOf(sample.connection, 'order_tab')).toEqual(before);
  });

  test('an interrupted run goes on where it stopped and ends with the same rows', async () => {
    await using sample = await sampleSchema(server, 'matomo');
    await seedDatabase(sample.options());
    const tables = ['matomo_log_visit', 'matomo_log_conversion'] as const;
    const whole = await Promise.all(tables.map((table) => rowsOf(sample.connection, table)));
    // What a crash leaves: whole chunks from the start, and tables that were not created yet.
    await sample.connection.query('DELETE FROM matomo_log_visit WHERE idvisit > 100');
    await sample.connection.query(
      'DELETE FROM matomo_log_conversion ORDER BY idvisit DESC, idgoal DESC, buster DESC LIMIT 7',
    );
    await sample.connection.query('DROP TABLE matomo_log_action');

    const conversions = await numberOf(sample.connection, 'SELECT COUNT(*) FROM matomo_log_conversion');
    expect(conversions).toBe(18);
    const report = await seedDatabase(sample.options());
    const inserted = Object.fromEntries(report.tables.map((table) => [table.table, table.inserted]));
    expect(inserted).toEqual({
      matomo_log_visit: 151,
      matomo_log_action: 50,
      matomo_log_link_visit_action: 0,
      matomo_log_conversion: 7,
    });
    expect(await Promise.all(tables.map((table) => rowsOf(sample.connection, table)))).toEqual(whole);
  });

  test.each([
    ['a table with rows', 'CREATE TABLE order_tab (id BIGINT PRIMARY KEY, secret INT)'],
    [
      'an empty table with a comment of its own',
      "CREATE TABLE `user` (id BIGINT PRIMARY KEY) COMMENT 'people'",
    ],
    ['a view', 'CREATE VIEW dataset AS SELECT 1 AS id'],
  ])('%s that is not sample data is refused, and nothing is created', async (_, statement) => {
    await using sample = await sampleSchema(server, 'business');
    await sample.connection.query(statement);
    await expect(seedDatabase(sample.options())).rejects.toThrow(RefusedError);
    await expect(seedDatabase(sample.options())).rejects.toThrow(/not sample data, so nothing was touched/);
    expect(await numberOf(sample.connection, TABLE_COUNT)).toBe(1);
  });

  test('another seed, another number of rows and a column that is gone are refused', async () => {
    await using sample = await sampleSchema(server, 'business');
    await seedDatabase(sample.options());
    await expect(seedDatabase(sample.options({ seed: 8 }))).rejects.toThrow(/holds other sample data/);
    await expect(seedDatabase(sample.options({ rows: 2_000 }))).rejects.toThrow(RefusedError);
    await sample.connection.query('ALTER TABLE order_tab DROP COLUMN remark');
    await expect(seedDatabase(sample.options())).rejects.toThrow(/lack order_tab\.remark/);
    expect(await numberOf(sample.connection, 'SELECT COUNT(*) FROM order_tab')).toBe(1_000);
  });

  test('a statement that the server refuses is reported without the statement', async () => {
    await using sample = await sampleSchema(server, 'business');
    await seedDatabase(sample.options());
    await sample.connection.query('ALTER TABLE order_tab ADD COLUMN needed INT NOT NULL');
    await sample.connection.query('DELETE FROM order_tab');
    const failed = seedDatabase(sample.options());
    await expect(failed).rejects.toThrow(WorkFailedError);
    await expect(failed).rejects.toThrow(
      /^sample data of business: Field 'needed' doesn't have a default value$/,
    );
  });

  test('changes are refused before the tables are full', async () => {
    await using sample = await sampleSchema(server, 'business');
    const change = changeRows({ ...sample.options(), round: 1 });
    await expect(change).rejects.toThrow(RefusedError);
    await expect(change).rejects.toMatchObject({ hints: ['seed the database first, then change rows'] });
    expect(await numberOf(sample.connection, TABLE_COUNT)).toBe(0);
  });

  test('wrong parameters and a database without seeds are wrong usage', async () => {
    await using sample = await sampleSchema(server, 'business');
    await expect(seedDatabase(sample.options({ rows: 999 }))).rejects.toThrow(UsageError);
    await expect(seedDatabase(sample.options({ rows: 999 }))).rejects.toThrow(/wrong seed parameters: rows/);
    await expect(seedDatabase(sample.options({ tablePrefix: 'a`b' }))).rejects.toThrow(/tablePrefix/);
    const missing = seedDatabase(sample.options({ databaseName: 'warehouse' }));
    await expect(missing).rejects.toThrow(UsageError);
    await expect(missing).rejects.toMatchObject({ hints: ['databases with seeds: business, matomo'] });
    expect(await numberOf(sample.connection, TABLE_COUNT)).toBe(0);
  });
});
