import { describe, expect, test } from 'vitest';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { spawnExtraction } from '../../support/spawn-extraction.ts';
import { createTestSink, sinkKinds, type TestSink } from '../../support/test-sink.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;
const LOG = { ...ORDERS, append: true } as const;

/** 1000 rows, 7 to a second, each of them there twice, and one second with 200 more. */
async function createOrders(extraction: Extraction, changed = 'DATETIME NOT NULL'): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (n INT, changed ${changed}, KEY changed (changed))`,
    `INSERT INTO orders SELECT n DIV 2, '2024-01-01' + INTERVAL n DIV 14 SECOND FROM ${numbers(3)}`,
    `INSERT INTO orders SELECT 7, '2024-01-01 00:00:30' FROM ${numbers(2)}`,
    `INSERT INTO orders SELECT 8, '2024-01-01 00:00:30' FROM ${numbers(2)}`,
    'ANALYZE TABLE orders',
  );
}

/** Rows with the same values cannot be told from each other, so they are counted. */
async function expectEqual({ connection }: Extraction, sink: TestSink): Promise<void> {
  const [source] = await connection.query({
    sql: 'SELECT n, CAST(changed AS CHAR) AS changed, COUNT(*) AS copies FROM orders GROUP BY n, changed ORDER BY n, changed',
    rowsAsArray: true,
  });
  expect(
    await sink.rows(
      "SELECT n, strftime(changed, '%Y-%m-%d %H:%M:%S'), count(*)::INT FROM {orders} GROUP BY ALL ORDER BY 1, 2 NULLS FIRST",
    ),
  ).toEqual(source);
}

const matrix = servers.flatMap((server) => sinkKinds.map((kind) => ({ server, kind, label: server.label })));

describe.each(matrix)('a table without a key in $kind on $label', ({ server, kind }) => {
  test.each([1, 7, 100, 1_000_000])(
    'is appended with all its ties, in steps of %i rows',
    async (statementRows) => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await createOrders(extraction);
      const run = () => extraction.runTable(LOG, { statementRows, commitRows: 50 }, { sink: sink.spec });
      const first = await run();
      expect(first).toMatchObject({
        mode: 'snapshot',
        rows: 1200,
        watermark: { to: ['2024-01-01 00:01:11'] },
      });
      await expectEqual(extraction, sink);
      expect(await run()).toMatchObject({ mode: 'incremental', rows: 0 });

      await extraction.sql(
        `INSERT INTO orders SELECT n DIV 2, '2024-02-01' + INTERVAL n DIV 14 SECOND FROM ${numbers(2)}`,
      );
      expect(await run()).toMatchObject({ rows: 100, watermark: { to: ['2024-02-01 00:00:07'] } });
      await expectEqual(extraction, sink);
    },
  );

  test('what is read again is not added again: a lookback, a start, rows without a cursor', async () => {
    await using extraction = await createExtraction(server);
    await using sink = await createTestSink(kind);
    await createOrders(extraction, 'DATETIME NULL');
    await extraction.sql(`INSERT INTO orders SELECT n DIV 2, NULL FROM ${numbers(1)}`);
    const run = (options = {}) =>
      extraction.runTable(LOG, { statementRows: 50, commitRows: 100, ...options }, { sink: sink.spec });
    expect((await run()).rows).toBe(1210);
    await expectEqual(extraction, sink);
    expect((await run({ lookback: 60 })).rows).toBeGreaterThan(800);
    await expectEqual(extraction, sink);
    // From this second on, it and all: 14 rows of each of seconds 60 to 70, 7 of the last, 10 without a cursor.
    expect((await run({ start: '2024-01-01 00:01:00' })).rows).toBe(14 * 11 + 7 + 10);
    await extraction.sql("INSERT INTO orders VALUES (7, '2024-01-01 00:00:30'), (0, NULL), (99, NULL)");
    await run({ lookback: 60 });
    await expectEqual(extraction, sink);
  });

  test('a run that was killed: the next one ends equal', async () => {
    await using extraction = await createExtraction(server);
    await using sink = await createTestSink(kind);
    await createOrders(extraction, 'DATETIME NULL');
    await extraction.sql(`INSERT INTO orders SELECT n DIV 2, NULL FROM ${numbers(1)}`);
    const { settings } = extraction;
    const options = { lagSeconds: 0, statementRows: 50, commitRows: 100 } as const;
    const killBefore = { statement: '^COMMIT', occurrence: 4 };
    const request = { settings, sink: sink.spec, tables: [LOG], options, killBefore };
    const child = await spawnExtraction(request);
    expect(child.signal, child.stderr).toBe('SIGKILL');
    await extraction.runTable(LOG, options, { sink: sink.spec });
    await expectEqual(extraction, sink);
    await extraction.sql(
      `INSERT INTO orders SELECT n DIV 2, '2024-02-01' + INTERVAL n DIV 14 SECOND FROM ${numbers(3)}`,
    );
    const second = await spawnExtraction(request);
    expect(second.signal, second.stderr).toBe('SIGKILL');
    await extraction.runTable(LOG, options, { sink: sink.spec });
    await expectEqual(extraction, sink);
  });
});

describe.each(servers)('a table without a primary key on $label', (server) => {
  test('is refused where its rows should be replaced', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await expect(extraction.runTable(ORDERS)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/orders: has no primary key .* append: true/) as string,
    });
  });

  test('is read once, in order, whatever the steps', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    const first = await extraction.runTable(LOG, { statementRows: 100 });
    expect(first.serverRowsRead).toBeLessThanOrEqual(first.rows * 1.05 + 100);
  });

  test.each([
    ['DATE', "'2024-01-01' + INTERVAL n DIV 7 DAY"],
    ['TIMESTAMP(3) NULL', "'2024-01-01' + INTERVAL n * 1000 MICROSECOND"],
    ['DATETIME(6)', "'2024-01-01' + INTERVAL n DIV 3 MICROSECOND"],
    ['BIGINT UNSIGNED', '18446744073709550000 + n DIV 7'],
    ['INT', 'n DIV 7 - 100'],
  ])('a cursor of type %s is cut at whole values, and read from a start on', async (type, value) => {
    await using extraction = await createExtraction(server);
    await using sink = await createTestSink('duckdb');
    await extraction.sql(
      `CREATE TABLE events (n INT, at ${type}, KEY at (at))`,
      `INSERT INTO events SELECT n, ${value} FROM ${numbers(3)}`,
      'ANALYZE TABLE events',
    );
    const spec = { table: 'events', cursor: 'at', index: 'at', append: true };
    const run = (options = {}) =>
      extraction.runTable(spec, { statementRows: 10, commitRows: 10, ...options }, { sink: sink.spec });
    expect((await run()).rows).toBe(1000);
    expect(await sink.rows('SELECT count(DISTINCT n)::INT, count(*)::INT FROM {events}')).toEqual([
      [1000, 1000],
    ]);
    const [rows] = await extraction.connection.query({
      sql: 'SELECT CAST(at AS CHAR), (SELECT COUNT(*) FROM events WHERE at >= e.at) FROM events AS e WHERE n = 500',
      rowsAsArray: true,
    });
    const [[start, count]] = rows as [[string, number]];
    expect((await run({ start })).rows).toBe(count);
    expect(await sink.rows('SELECT count(*)::INT FROM {events}')).toEqual([[1000]]);
  });

  test('a unique key without NULLs stands in for it', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE orders (other INT NULL, site INT NOT NULL, id INT NOT NULL, n INT, changed DATETIME NOT NULL,
         UNIQUE KEY a_other (other), UNIQUE KEY site_id (site, id), UNIQUE KEY by_id (id), KEY changed (changed))`,
      `INSERT INTO orders SELECT n, n % 3, n, 0, '2024-01-01' + INTERVAL n DIV 7 SECOND FROM ${numbers(3)}`,
    );
    const first = await extraction.runTable(ORDERS, { statementRows: 10 });
    expect(first).toMatchObject({ mode: 'snapshot', rows: 1000 });
    expect(first.serverRowsRead).toBeLessThanOrEqual(1000 * 1.05 + 350);
    expect(await extraction.compare('orders')).toEqual([]);
    await extraction.sql("UPDATE orders SET n = 1, changed = '2024-02-01' WHERE id % 2 = 0");
    const second = await extraction.runTable(ORDERS, { statementRows: 10 });
    expect(second).toMatchObject({ rows: 500, watermark: { to: ['2024-02-01 00:00:00', '2', '998'] } });
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test.each(['ENUM', 'SET'])(
    'a key of type %s is refused: no range of its index can be asked for',
    async (type) => {
      await using extraction = await createExtraction(server);
      await extraction.sql(
        `CREATE TABLE kinds (k ${type}('z', 'b', 'a') NOT NULL PRIMARY KEY, changed DATETIME NOT NULL, KEY changed (changed))`,
        "INSERT INTO kinds VALUES ('z', '2024-01-01'), ('b', '2024-01-01'), ('a', '2024-01-01')",
      );
      // They sort as numbers and compare as text: after 'b' comes 'a', and only 'z' is larger.
      const [larger] = await extraction.connection.query({
        sql: "SELECT k FROM kinds WHERE k > 'b'",
        rowsAsArray: true,
      });
      expect(larger).toEqual([['z']]);
      await expect(
        extraction.runTable({ table: 'kinds', cursor: 'changed', index: 'changed' }),
      ).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringMatching(/key column "k" has type/) as string,
      });
    },
  );
});
