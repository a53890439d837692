import { createHmac } from 'node:crypto';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (id INT PRIMARY KEY, n SMALLINT NOT NULL, phone VARCHAR(20), price DECIMAL(8,2),
       changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed)) CHARACTER SET utf8mb4`,
    `INSERT INTO orders (id, n, phone, price) SELECT n, n, CONCAT('1380000', LPAD(n, 4, '0')), n / 3 FROM ${numbers(3)}`,
  );
}

function hash(text: string): string {
  return createHmac('sha256', 'pepper').update(text).digest('hex');
}

describe.each(servers)('changes of the source on $label', (server) => {
  test('a column is added, another dropped, types become wider and narrower', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.sql(
      "ALTER TABLE orders ADD COLUMN city VARCHAR(20) DEFAULT '上海' AFTER id, DROP COLUMN phone, MODIFY n BIGINT NOT NULL, MODIFY price DECIMAL(20,4)",
      "UPDATE orders SET n = 5000000000, changed = '2024-02-01' WHERE id <= 10",
    );
    expect((await extraction.runTable(ORDERS)).rows).toBe(10);
    expect(await extraction.compare('orders', ['city'])).toEqual([]);
    expect(
      await extraction.duckdb(
        'SELECT city, phone IS NULL, count(*)::INT FROM business.orders GROUP BY ALL ORDER BY ALL',
      ),
    ).toEqual([
      ['上海', true, 10],
      [null, false, 990],
    ]);

    await extraction.sql(
      'UPDATE orders SET n = 7',
      'ALTER TABLE orders MODIFY n SMALLINT NOT NULL',
      "UPDATE orders SET changed = '2024-03-01'",
    );
    await extraction.runTable(ORDERS);
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('a type that no longer fits is refused before anything is loaded; a full refresh takes it', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.sql('ALTER TABLE orders DROP COLUMN price, ADD COLUMN price DATE');
    await extraction.sql("UPDATE orders SET changed = '2024-02-01'");
    await expect(extraction.runTable(ORDERS)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/column "price" was DECIMAL\(8,2\) and is now DATE/) as string,
    });
    expect((await extraction.states())[0]?.watermark).toEqual(['2024-01-01 00:00:00', '1000']);
    await extraction.runTable(ORDERS, { fullRefresh: true });
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('a renamed table is carried on', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.sql(
      'RENAME TABLE orders TO sales',
      "UPDATE sales SET changed = '2024-02-01' WHERE id = 1",
    );
    const run = await extraction.runTable({ ...ORDERS, table: 'sales', renamedFrom: 'orders' });
    expect(run).toMatchObject({ mode: 'incremental', rows: 1 });
    expect(await extraction.compare('sales')).toEqual([]);
  });

  test('another cursor needs a full refresh', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    const byId = { table: 'orders', cursor: 'id', index: 'PRIMARY' };
    await expect(extraction.runTable(byId)).rejects.toMatchObject({ exitCode: 4 });
    expect(await extraction.runTable(byId, { fullRefresh: true })).toMatchObject({
      mode: 'snapshot',
      rows: 1000,
    });
  });

  test('a full refresh: readers see the old table until the new one is complete', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.sql('DELETE FROM orders WHERE id > 500');
    const stop = new AbortController();
    const refresh = extraction.run(
      [ORDERS],
      { fullRefresh: true, statementRows: 100, commitRows: 100 },
      {
        signal: stop.signal,
        observe: (event) => {
          if (event.kind === 'committed' && event.rows >= 300) stop.abort();
        },
      },
    );
    await expect(refresh).rejects.toMatchObject({ exitCode: 130 });
    expect(await extraction.duckdb('SELECT count(*)::INT FROM business.orders')).toEqual([[1000]]);
    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'snapshot', rows: 200 });
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('a table that somebody dropped from the file is loaded again', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.changeDuckdb('DROP TABLE business.orders');
    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'snapshot', rows: 1000 });
  });
});

describe.each(servers)('selection on $label', (server) => {
  test('columns are left out and masked before anything is written', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.sql(
      'UPDATE orders SET phone = NULL WHERE id = 2',
      "UPDATE orders SET phone = '123' WHERE id = 3",
    );
    const masked = { ...ORDERS, exclude: ['price'], mask: { phone: 'last-four', n: 'hash' } } as const;
    await expect(extraction.runTable(masked)).rejects.toMatchObject({ exitCode: 2 });
    await extraction.runTable(masked, { maskSalt: 'pepper' });
    expect(
      await extraction.duckdb('SELECT * EXCLUDE changed FROM business.orders ORDER BY id LIMIT 3'),
    ).toEqual([
      [1, hash('1'), '*******0001'],
      [2, hash('2'), null],
      [3, hash('3'), '***'],
    ]);
    await expect(extraction.runTable({ ...ORDERS, mask: { id: 'null' } })).rejects.toMatchObject({
      exitCode: 3,
    });
    await expect(extraction.runTable({ ...ORDERS, exclude: ['changed'] })).rejects.toMatchObject({
      exitCode: 3,
    });
  });

  test('a window: --start and --end', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.sql("UPDATE orders SET changed = '2024-01-01' + INTERVAL id DAY");
    const first = await extraction.runTable(ORDERS, { start: '2024-02-01', end: '2024-03-01' });
    expect(first).toMatchObject({
      mode: 'incremental',
      rows: 29,
      watermark: { to: ['2024-02-29 00:00:00', '59'] },
    });
    expect(
      await extraction.runTable(ORDERS, { start: '2024-01-10 00:00:00', end: '2024-01-12' }),
    ).toMatchObject({
      rows: 2,
      watermark: { to: ['2024-02-29 00:00:00', '59'] },
    });
    // A window beyond the watermark leaves a gap before it, which the next run reads.
    expect(await extraction.runTable(ORDERS, { start: '2024-05-01', end: '2024-05-03' })).toMatchObject({
      rows: 2,
      watermark: { to: ['2024-02-29 00:00:00', '59'] },
    });
    await expect(extraction.runTable(ORDERS, { start: 'soon' })).rejects.toMatchObject({ exitCode: 2 });
    expect(await extraction.runTable(ORDERS)).toMatchObject({ rows: 1000 - 59 });
    expect(
      await extraction.duckdb('SELECT count(*)::INT, count(DISTINCT id)::INT FROM business.orders'),
    ).toEqual([[972, 972]]);
  });

  test('a rate limit is kept', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    const run = await extraction.runTable(ORDERS, { maxRowsPerSecond: 1000, statementRows: 100 });
    expect(run.seconds).toBeGreaterThan(0.9);
  });

  test('a statement that runs into its time limit is an error that says so', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.sql(
      'DROP TABLE orders',
      "CREATE TABLE orders (id INT PRIMARY KEY, wait INT AS (id) VIRTUAL, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))",
      `INSERT INTO orders (id) SELECT n FROM ${numbers(5)}`,
    );
    const run = extraction.runTable(ORDERS, { statementTimeoutSeconds: 0.001, statementRows: 100_000 });
    await expect(run).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('time limit') as string,
    });
  });

  test('the writer works in a file that already holds other tables', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    const instance = await DuckDBInstance.create(extraction.duckdbFile);
    const connection = await instance.connect();
    await connection.run('CREATE TABLE mine AS SELECT 42 AS answer');
    connection.closeSync();
    instance.closeSync();
    await extraction.runTable(ORDERS);
    expect(await extraction.duckdb('SELECT answer FROM mine')).toEqual([[42]]);
  });
});
