import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { toDocument } from '../../../src/verify/report/document.ts';
import { servers } from '../../support/schemas.ts';
import { createVerifyScene } from '../../support/verify-scene.ts';

describe.each(servers)('measurements on $label', (server) => {
  test('the benchmark reads as many rows as it returns with the index, and the whole table without', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(20_000);
    await scene.migrate();

    const document = toDocument(await scene.verify({ benchmark: true }));

    const [result] = document.databases[0]!.benchmark;
    expect(result).toMatchObject({ table: 'orders', index: 'idx_update_time' });
    expect(result!.rows).toBeGreaterThanOrEqual(1000);
    expect(result!.rowsReadWith).toBeLessThanOrEqual(result!.rows * 1.05 + 10);
    expect(result!.rowsReadWithout).toBeGreaterThanOrEqual(20_000);
    expect(result!.withIndex.seconds.minimum).toBeLessThanOrEqual(result!.withIndex.seconds.maximum);
  });

  test('the session is given back without a limit', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(100);
    await scene.migrate();
    await scene.verify({ benchmark: true });

    await using session = await scene.database.session();
    const variable = server.flavour === 'mysql' ? 'max_execution_time' : 'max_statement_time';
    expect(Number(await session.value(`SELECT @@SESSION.${variable}`))).toBe(0);
  });

  test('usage counts the rows that were read through an index', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(500);
    await scene.migrate();
    await scene.sql('SELECT id FROM orders FORCE INDEX (idx_user_time) WHERE user_id = 5');

    const document = toDocument(await scene.verify({ usage: true }));

    const { usage } = document.databases[0]!;
    const used = usage.find(({ index }) => index === 'idx_user_time')!;
    const sources = server.flavour === 'mysql' ? ['performance_schema'] : ['performance_schema', 'userstat'];
    expect(sources).toContain(used.source);
    expect(used.reads).toBeGreaterThanOrEqual(5);
    expect(usage.find(({ index }) => index === 'idx_note')).toMatchObject({ reads: 0 });
  });

  test('the cost of writing is measured on copies, and nothing of them is left', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(4000);
    await scene.migrate();

    const document = toDocument(await scene.verify({ writeCost: true }));

    expect(document.databases[0]!.writeCost).toMatchObject([
      { table: 'orders', indexes: ['idx_update_time', 'idx_user_time', 'idx_note'], rows: 1900 },
    ]);
    const [tables] = await scene.schema.connection.query("SHOW TABLES LIKE 'tidemark_cost%'");
    expect(tables).toEqual([]);
    const [counted] = await scene.schema.connection.query('SELECT COUNT(*) AS count FROM orders');
    expect(counted).toEqual([{ count: 4000 }]);
  });

  test('copies that a killed run left are dropped, and those of a run at work are not', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(4000);
    await scene.migrate();
    const { connection } = scene.schema;
    await scene.sql('CREATE TABLE tidemark_cost_0123abcd_sample (id INT)');
    await scene.sql('CREATE TABLE tidemark_cost_0123abcd_with (id INT)');
    await scene.sql('CREATE TABLE tidemark_cost_report (id INT)');
    const copies = async () => {
      const [rows] = await connection.query<RowDataPacket[]>(
        String.raw`SELECT TABLE_NAME AS name FROM information_schema.TABLES
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'tidemark\_cost\_%'`,
      );
      return rows.map(({ name }) => String(name));
    };

    const first = scene.verify({ writeCost: true });
    await expect.poll(async () => (await copies()).join(), { timeout: 10_000 }).toMatch(/_without/);
    expect((await copies()).join()).not.toContain('0123abcd');
    const both = await Promise.all([first, scene.verify({ writeCost: true })]);

    for (const verification of both) {
      expect(toDocument(verification).databases[0]!.writeCost).toMatchObject([
        { table: 'orders', rows: 1900 },
      ]);
    }
    // Somebody's own table that only begins like a copy.
    expect(await copies()).toEqual(['tidemark_cost_report']);
  });

  test('a table that is too small to measure is said to be', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(10);
    await scene.migrate();

    const document = toDocument(await scene.verify({ writeCost: true }));

    expect(document.databases[0]!.writeCost).toEqual([
      { table: 'orders', skipped: 'it has no more than 2100 rows' },
    ]);
  });
});
