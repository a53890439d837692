import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { serverIdentity } from '../../../src/pipeline/bound/server-identity.ts';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { createTestSink, sinkKinds } from '../../support/test-sink.ts';

const ORDERS = { table: 'orders', cursor: 'u', index: 'iu' };
const COLUMNS = `v INT, u DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY iu (u)`;

async function createOrders(extraction: Extraction, key = 'id INT PRIMARY KEY', first = 1): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (${key}, ${COLUMNS})`,
    `INSERT INTO orders SELECT n, n * ${first}, '2024-01-01' + INTERVAL n SECOND FROM ${numbers(2)}`,
  );
}

/** Rows of three sites, whose values are multiples of a factor. */
function fillVisits(factor: number): string {
  return `INSERT INTO visits SELECT n, n % 3, n * ${factor}, '2024-01-01' + INTERVAL n SECOND FROM ${numbers(2)}`;
}

/** The same rows in another schema, as a restored backup or a promoted replica has them. */
async function copyOrders(from: Extraction, to: Extraction, condition = 'TRUE'): Promise<void> {
  await to.sql(
    `CREATE TABLE orders LIKE \`${from.schema}\`.orders`,
    `INSERT INTO orders SELECT * FROM \`${from.schema}\`.orders WHERE ${condition}`,
  );
}

describe.each(servers)('whose rows these are, on $label', (server) => {
  test('a server has a name of its own, whatever its address', async () => {
    await using extraction = await createExtraction(server);
    await using session = await extraction.database.session();
    const name = await serverIdentity(session);
    expect(name).toMatch(server.flavour === 'mysql' ? /^[0-9a-f-]{36}$/ : /^\S{20,}$/);
    await using another = await extraction.database.session();
    expect(await serverIdentity(another)).toBe(name);
  });

  describe.each(sinkKinds)('in a %s sink', (kind) => {
    test('another source goes on where its rows prove to be the same, and is refused where they do not', async () => {
      await using first = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await createOrders(first);
      const run = (from: Extraction, spec: TableSpec = ORDERS, options = {}) =>
        from.runTable(spec, options, { sink: sink.spec });
      const loaded = await run(first);
      expect(loaded).toMatchObject({
        rows: 100,
        warnings: [],
        source: { schema: first.schema, table: 'orders' },
      });

      await using stranger = await createExtraction(server);
      await createOrders(stranger, undefined, 7);
      await expect(run(stranger)).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringContaining('20 have other values') as string,
        hints: expect.arrayContaining([expect.stringContaining('--full-refresh')]) as string[],
      });
      await using behind = await createExtraction(server);
      await copyOrders(first, behind, 'id < 95');
      await expect(run(behind)).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringContaining('6 are missing there') as string,
      });
      await using wider = await createExtraction(server);
      await copyOrders(first, wider);
      await wider.sql('ALTER TABLE orders ADD COLUMN w INT');
      await expect(run(wider)).rejects.toMatchObject({ exitCode: 4 });
      expect(await sink.rows('SELECT count(*)::INT, sum(v)::INT FROM {orders}')).toEqual([[100, 5050]]);

      await using promoted = await createExtraction(server);
      await copyOrders(first, promoted);
      await promoted.sql(
        'UPDATE orders SET v = 1000 WHERE id > 90',
        'INSERT INTO orders (id, v) VALUES (101, 1)',
      );
      const moved = await run(promoted);
      expect(moved).toMatchObject({
        rows: 11,
        warnings: [{ kind: 'source-moved', rowsCompared: 20 }],
        source: { schema: promoted.schema },
      });
      expect(JSON.stringify(moved.warnings)).toContain(first.schema);
      expect(await run(promoted)).toMatchObject({ rows: 0, warnings: [] });
      expect(await run(stranger, ORDERS, { fullRefresh: true })).toMatchObject({ rows: 100, warnings: [] });
    });

    test('ids that begin again, a restored backup and another unit of the cursor are read again', async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      const run = (spec: TableSpec) => extraction.runTable(spec, {}, { sink: sink.spec });
      const ids = { table: 'events', cursor: 'id', index: 'PRIMARY' };
      await extraction.sql(
        'CREATE TABLE events (id INT AUTO_INCREMENT PRIMARY KEY, v INT)',
        'INSERT INTO events (v) VALUES (1), (2), (3), (4), (5)',
      );
      await run(ids);
      // Rows at the end that were merely deleted are no reason to read everything again.
      await extraction.sql('DELETE FROM events WHERE id = 5');
      expect(await run(ids)).toMatchObject({ rows: 0, warnings: [] });
      await extraction.sql('TRUNCATE events', 'INSERT INTO events (v) VALUES (10), (20)');
      expect(await run(ids)).toMatchObject({
        rows: 2,
        warnings: [{ kind: 'source-went-back', because: 'watermark-ahead', watermark: '5' }],
      });
      await extraction.sql('INSERT INTO events VALUES (3, 30), (4, 40)');
      expect(await run(ids)).toMatchObject({ rows: 2, warnings: [] });
      const latest =
        kind === 'parquet'
          ? 'QUALIFY row_number() OVER (PARTITION BY id ORDER BY _tidemark_sequence DESC) = 1'
          : '';
      expect(await sink.rows(`SELECT id, v FROM {events} ${latest} ORDER BY id`)).toEqual([
        [1, 10],
        [2, 20],
        [3, 30],
        [4, 40],
        [5, 5],
      ]);
      await extraction.sql('TRUNCATE events');
      expect(await run(ids)).toMatchObject({ rows: 0, warnings: [] });
      await extraction.sql('INSERT INTO events (v) VALUES (100)');
      expect(await run(ids)).toMatchObject({ rows: 1 });

      await createOrders(extraction);
      await run(ORDERS);
      await extraction.sql('CREATE TABLE backup LIKE orders', 'INSERT INTO backup SELECT * FROM orders');
      await extraction.sql("UPDATE orders SET v = -1, u = '2024-05-01' WHERE id <= 30");
      expect(await run(ORDERS)).toMatchObject({ rows: 30 });
      await extraction.sql('DROP TABLE orders', 'RENAME TABLE backup TO orders');
      await extraction.sql("INSERT INTO orders (id, v, u) VALUES (101, 1, '2024-06-01')");
      expect(await run(ORDERS)).toMatchObject({
        rows: 31,
        warnings: [{ kind: 'source-went-back', because: 'restored' }],
      });
      expect(await sink.rows(`SELECT sum(v)::INT FROM (FROM {orders} ${latest})`)).toEqual([[5051]]);

      await extraction.sql(
        'ALTER TABLE orders MODIFY u DATETIME NOT NULL',
        "UPDATE orders SET v = 0, u = '2024-06-01' WHERE id = 1",
      );
      const stamps = { table: 'stamps', cursor: 'e', index: 'ie' };
      await extraction.sql(
        'CREATE TABLE stamps (id INT PRIMARY KEY, e BIGINT NOT NULL, KEY ie (e))',
        'INSERT INTO stamps VALUES (1, 1704067200000), (2, 1704067201000)',
      );
      await run({ ...stamps, epoch: 'milliseconds' });
      await extraction.sql('UPDATE stamps SET e = e DIV 1000');
      const again = { warnings: [{ kind: 'source-went-back', because: 'another-cursor' }] };
      expect(await run(ORDERS)).toMatchObject(again);
      expect(await sink.rows(`SELECT sum(v)::INT FROM (FROM {orders} ${latest})`)).toEqual([[5050]]);
      expect(await run({ ...stamps, epoch: 'seconds' })).toMatchObject({ rows: 2, ...again });
    });
  });

  test('ids that a restored backup gave out again are read again, beyond the watermark too', async () => {
    await using extraction = await createExtraction(server);
    const ids = { table: 'events', cursor: 'id', index: 'PRIMARY' };
    const create = 'CREATE TABLE events (id INT AUTO_INCREMENT PRIMARY KEY, v INT)';
    await extraction.sql(create, `INSERT INTO events SELECT n, n FROM ${numbers(2)}`);
    await extraction.runTable(ids);
    // Values that change under an id are no backup.
    await extraction.sql('UPDATE events SET v = 0 WHERE id = 100', 'INSERT INTO events (v) VALUES (101)');
    expect(await extraction.runTable(ids)).toMatchObject({ rows: 1, warnings: [] });
    await sleep(1100);
    await extraction.sql(
      'DROP TABLE events',
      create,
      `INSERT INTO events SELECT n, n FROM ${numbers(2)} WHERE n <= 90`,
      'INSERT INTO events (v) SELECT -v FROM events WHERE id <= 30',
    );
    expect(await extraction.runTable(ids)).toMatchObject({
      rows: 30,
      warnings: [{ kind: 'source-went-back', because: 'restored' }],
    });
    expect(await extraction.compare('events')).toEqual([]);
    expect(await extraction.runTable(ids)).toMatchObject({ rows: 0, warnings: [] });
  });

  test('an index that leads with other columns: a restored backup is read again, another table refused', async () => {
    await using extraction = await createExtraction(server);
    await using other = await createExtraction(server);
    await using sink = await createTestSink('duckdb');
    const visits = { table: 'visits', cursor: 'u', index: 'ist', skipScan: ['site'] } as const;
    const columns = 'id INT PRIMARY KEY, site INT NOT NULL, v INT, u DATETIME(3) NOT NULL, KEY ist (site, u)';
    await extraction.sql(`CREATE TABLE visits (${columns})`, fillVisits(1));
    await other.sql(`CREATE TABLE visits (${columns})`, fillVisits(7));
    const run = (from: Extraction) => from.runTable(visits, {}, { sink: sink.spec });
    await run(extraction);
    await expect(run(other)).rejects.toMatchObject({ exitCode: 4 });
    await extraction.sql('CREATE TABLE backup LIKE visits', 'INSERT INTO backup SELECT * FROM visits');
    await extraction.sql("UPDATE visits SET v = -1, u = '2024-05-01' WHERE id <= 30");
    expect(await run(extraction)).toMatchObject({ rows: 30, warnings: [] });
    await extraction.sql('DROP TABLE visits', 'RENAME TABLE backup TO visits');
    expect(await run(extraction)).toMatchObject({
      rows: 30,
      warnings: [{ kind: 'source-went-back', because: 'restored' }],
    });
    expect(await sink.rows('SELECT sum(v)::INT FROM {visits}')).toEqual([[5050]]);
  });

  test('a load that was cut short begins again on another server; other rows under one name are read again', async () => {
    await using first = await createExtraction(server);
    await using second = await createExtraction(server);
    await using sink = await createTestSink('duckdb');
    await createOrders(first);
    await createOrders(second, undefined, 7);
    const small = { statementRows: 10, commitRows: 10 };
    const cut = new AbortController();
    const cutShort = first.run([ORDERS], small, {
      sink: sink.spec,
      signal: cut.signal,
      observe: (event) => {
        if (event.kind === 'committed') cut.abort();
      },
    });
    await expect(cutShort).rejects.toThrow();
    expect(await second.runTable(ORDERS, small, { sink: sink.spec })).toMatchObject({ rows: 100 });
    expect(await sink.rows('SELECT count(*)::INT, sum(v)::INT FROM {orders}')).toEqual([[100, 35_350]]);

    await second.sql(
      'DROP TABLE orders',
      `CREATE TABLE orders (id INT PRIMARY KEY, ${COLUMNS})`,
      `INSERT INTO orders SELECT n + 50, -n, '2024-01-01' + INTERVAL n SECOND FROM ${numbers(2)}`,
      "INSERT INTO orders (id, v, u) VALUES (1000, 0, '2024-07-01')",
    );
    expect(await second.runTable(ORDERS, {}, { sink: sink.spec })).toMatchObject({
      rows: 101,
      warnings: [{ kind: 'source-went-back' }],
    });
    // Nothing is read again for a column that comes, or for rows at the end that go.
    await second.sql('ALTER TABLE orders ADD COLUMN w INT DEFAULT 1', 'DELETE FROM orders WHERE id = 1000');
    expect(await second.runTable(ORDERS, {}, { sink: sink.spec })).toMatchObject({ rows: 0, warnings: [] });
  });

  test('a table without a key is known by its values; a log that is not the same is refused', async () => {
    await using first = await createExtraction(server);
    await using second = await createExtraction(server);
    await using sink = await createTestSink('duckdb');
    await createOrders(first, 'id INT');
    const log = { ...ORDERS, append: true };
    await first.runTable(log, {}, { sink: sink.spec });
    await copyOrders(first, second);
    await second.sql('INSERT INTO orders (id, v) VALUES (101, 1)');
    expect(await second.runTable(log, {}, { sink: sink.spec })).toMatchObject({
      rows: 1,
      warnings: expect.arrayContaining([
        { kind: 'source-moved', from: expect.any(String) as string, rowsCompared: 20 },
      ]) as unknown[],
    });
    await first.sql('UPDATE orders SET v = v + 1, u = u');
    await expect(first.runTable(log, {}, { sink: sink.spec })).rejects.toMatchObject({ exitCode: 4 });
  });
});
