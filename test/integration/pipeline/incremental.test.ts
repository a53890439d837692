import { describe, expect, test } from 'vitest';
import { allServers } from '../../support/all-servers.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';

const ORDERS = { table: 'orders', cursor: 'update_time', index: 'idx_update_time' } as const;

/** 10,000 orders, 7 of them in each second. */
async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (
       id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, title VARCHAR(100), price DECIMAL(12,2) NOT NULL,
       update_time DATETIME NOT NULL, KEY idx_update_time (update_time))`,
    `INSERT INTO orders SELECT n, IF(n % 3 = 0, NULL, CONCAT('订单 ', n, ' 😀')), n / 100,
       '2024-01-01' + INTERVAL n DIV 7 SECOND FROM ${numbers(4)}`,
    'ANALYZE TABLE orders',
  );
}

describe.each(allServers)('incremental extraction on $label', (server) => {
  test('the first run loads all, later runs move exactly what changed', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);

    const first = await extraction.runTable(ORDERS);
    expect(first).toMatchObject({
      mode: 'snapshot',
      rows: 10_000,
      index: 'idx_update_time',
      watermark: { from: null, to: ['2024-01-01 00:23:48', '10000'] },
    });
    expect(await extraction.compare('orders')).toEqual([]);

    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'incremental', rows: 0 });

    await extraction.sql(
      "UPDATE orders SET price = price + 1, update_time = '2024-02-01' WHERE id % 100 = 0",
      "INSERT INTO orders (title, price, update_time) VALUES ('new', 1, '2024-02-01'), ('newer', 2, '2024-02-02')",
    );
    const second = await extraction.runTable(ORDERS);
    expect(second).toMatchObject({
      mode: 'incremental',
      rows: 102,
      watermark: { from: ['2024-01-01 00:23:48', '10000'], to: ['2024-02-02 00:00:00', '10002'] },
    });
    expect(await extraction.compare('orders')).toEqual([]);
    expect((await extraction.states())[0]).toMatchObject({
      rows: 10_002,
      watermark: ['2024-02-02 00:00:00', '10002'],
    });
  });

  test('reads about as many index entries as it returns rows', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    const first = await extraction.runTable(ORDERS, { statementRows: 1000 });
    expect(first.serverRowsRead).toBeLessThanOrEqual(first.rows * 1.05 + 50);

    await extraction.sql(
      "UPDATE orders SET update_time = '2024-02-01' + INTERVAL id SECOND WHERE id % 10 = 0",
    );
    const second = await extraction.runTable(ORDERS, { statementRows: 100 });
    expect(second.rows).toBe(1000);
    expect(second.serverRowsRead).toBeLessThanOrEqual(second.rows * 1.05 + 50);
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test.each([1, 2, 3, 6, 7, 8, 100])(
    'ties across statements of %i rows are not lost',
    async (statementRows) => {
      await using extraction = await createExtraction(server);
      await extraction.sql(
        'CREATE TABLE orders (id INT PRIMARY KEY, n INT, update_time DATETIME NOT NULL, KEY idx_update_time (update_time))',
        `INSERT INTO orders SELECT n, 0, '2024-01-01' FROM ${numbers(2)}`,
      );
      await extraction.runTable(ORDERS, { statementRows });
      await extraction.sql("UPDATE orders SET n = 1, update_time = '2024-01-02' + INTERVAL id DIV 7 SECOND");
      const run = await extraction.runTable(ORDERS, { statementRows, commitRows: 5 });
      expect(run.rows).toBe(100);
      expect(await extraction.compare('orders')).toEqual([]);
    },
  );

  test('a composite key that leads with another column than the cursor', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE conversions (
         idvisit BIGINT UNSIGNED NOT NULL, idgoal INT NOT NULL, buster INT UNSIGNED NOT NULL, note VARBINARY(8),
         server_time DATETIME NOT NULL, PRIMARY KEY (idvisit, idgoal, buster), KEY idx_server_time (server_time))`,
      `INSERT INTO conversions SELECT n DIV 50, n % 5 - 2, n, UNHEX(LPAD(HEX(n), 16, '0')),
         '2024-01-01' + INTERVAL n DIV 9 SECOND FROM ${numbers(3)}`,
    );
    const spec = { table: 'conversions', cursor: 'server_time', index: 'idx_server_time' };
    expect((await extraction.runTable(spec, { statementRows: 7 })).rows).toBe(1000);
    expect(await extraction.compare('conversions')).toEqual([]);
    await extraction.sql(
      "UPDATE conversions SET note = 'x', server_time = '2024-03-01' WHERE buster % 3 = 0",
    );
    const run = await extraction.runTable(spec, { statementRows: 7 });
    expect(run).toMatchObject({ rows: 333, watermark: { to: ['2024-03-01 00:00:00', '19', '2', '999'] } });
    expect(run.serverRowsRead).toBeLessThanOrEqual(333 * 1.05 + 4 * Math.ceil(333 / 7) + 50);
    expect(await extraction.compare('conversions')).toEqual([]);
  });

  test('an id is read from a start on, the start included', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    const byId = { table: 'orders', cursor: 'id', index: 'PRIMARY' };
    await extraction.runTable(byId);
    expect(await extraction.runTable(byId, { start: '9990' })).toMatchObject({ rows: 11 });
    expect(await extraction.runTable(byId, { start: '0', end: '10' })).toMatchObject({ rows: 9 });
  });

  test('a binary key keeps its trailing zeros', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE visitors (id BINARY(4) PRIMARY KEY, seen DATETIME(6) NOT NULL, KEY seen (seen))',
      `INSERT INTO visitors SELECT UNHEX(CONCAT(LPAD(HEX(n), 4, '0'), '0000')), '2024-01-01' + INTERVAL n MICROSECOND FROM ${numbers(2)}`,
    );
    const spec = { table: 'visitors', cursor: 'seen', index: 'seen' };
    await extraction.runTable(spec, { statementRows: 9 });
    expect(await extraction.compare('visitors')).toEqual([]);
    await extraction.sql("UPDATE visitors SET seen = '2024-01-02 00:00:00.000001'");
    const run = await extraction.runTable(spec, { statementRows: 9 });
    expect(run.watermark.to).toEqual(['2024-01-02 00:00:00.000001', '0x00640000']);
    expect(await extraction.compare('visitors')).toEqual([]);
  });

  test('many tables at once, in the order of their file, and a failing one stops no other', async () => {
    await using extraction = await createExtraction(server);
    const tables = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const table of tables) {
      await extraction.sql(
        `CREATE TABLE ${table} (id INT PRIMARY KEY, t DATETIME NOT NULL${table === 'c' ? '' : ', KEY t (t)'})`,
        `INSERT INTO ${table} SELECT n, '2024-01-01' FROM ${numbers(2)}`,
      );
    }
    const report = await extraction.run(tables.map((table) => ({ table, cursor: 't', index: 't' })));
    expect(report.ok).toBe(false);
    expect(report.runs.map((run) => run.table)).toEqual(['a', 'b', 'd', 'e', 'f']);
    expect(report.failures.map(({ table, error }) => [table, error.exitCode])).toEqual([['c', 4]]);
    for (const { table } of report.runs) expect(await extraction.compare(table)).toEqual([]);
  });
});
