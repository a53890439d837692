import { beforeAll, describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { openSink, openStates, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { extracted } from '../../support/extracted.ts';
import { servers } from '../../support/schemas.ts';
import { connectPostgres } from '../../support/postgres-client.ts';
import { postgresOfFile } from '../../support/postgres-of-file.ts';
import type { PostgresServer } from '../../support/servers/postgres-server.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'idx_changed' };
const SMALL_STEPS = { statementRows: 100, commitRows: 300 };

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await postgresOfFile();
}, 120_000);

/** An empty warehouse, and a reader that shares no code with the sink. */
async function warehouse(parameters = '') {
  const name = `warehouse_${(databases += 1)}`;
  await server.createDatabase(name);
  const spec: SinkSpec = {
    kind: 'postgres',
    location: server.url(name) + parameters,
    environment: { PGPASSWORD: server.password },
  };
  const client = await connectPostgres(server, name);
  await client.query("SET TIME ZONE 'UTC'");
  return {
    spec,
    async rows(sql: string) {
      return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (id BIGINT UNSIGNED PRIMARY KEY, n INT, price DECIMAL(12,2), note VARCHAR(200), changed DATETIME(3) NOT NULL,
       KEY idx_changed (changed)) CHARACTER SET utf8mb4`,
    `INSERT INTO orders SELECT n, n MOD 7, n / 8, CONCAT('Nr ', n, ' 盐'), TIMESTAMPADD(SECOND, n DIV 3, '2024-01-01') FROM ${numbers(3)}`,
  );
}

const FROM_SOURCE =
  'SELECT CAST(id AS CHAR), n, price, note, DATE_FORMAT(changed, "%Y-%m-%d %H:%i:%s") FROM orders ORDER BY orders.id';
const FROM_SINK =
  "SELECT id::text, n, price::text, note, to_char(changed, 'YYYY-MM-DD HH24:MI:SS') FROM business.orders ORDER BY orders.id";

async function expectEqual(
  extraction: Extraction,
  sink: { rows(sql: string): Promise<readonly unknown[][]> },
): Promise<void> {
  const [source] = await extraction.connection.query({ sql: FROM_SOURCE, rowsAsArray: true });
  expect(await sink.rows(FROM_SINK)).toEqual(source);
}

describe.each(servers)('PostgreSQL filled from $label', (source) => {
  test('a first load, a run of what changed, and one with nothing new', async () => {
    await using extraction = await createExtraction(source);
    await using sink = await warehouse();
    await createOrders(extraction);
    const run = () => extraction.runTable(ORDERS, SMALL_STEPS, { sink: sink.spec });
    expect(await run()).toMatchObject({ mode: 'snapshot', rows: 1000 });
    await expectEqual(extraction, sink);
    await extraction.sql(
      "UPDATE orders SET n = 99, changed = '2024-02-01' WHERE id <= 250",
      "INSERT INTO orders VALUES (18446744073709551615, -1, 0.01, 'letzte', '2024-02-02')",
    );
    expect(await run()).toMatchObject({ mode: 'incremental', rows: 251 });
    await expectEqual(extraction, sink);
    expect(await run()).toMatchObject({ rows: 0 });
    await using states = await openStates(sink.spec);
    expect(await states.states()).toMatchObject([{ table: 'orders', rows: 1001, loading: null }]);
    expect(await states.runs(5)).toHaveLength(3);
    expect(states.location).not.toContain(server.password);
  });

  test('a full refresh keeps the grants, comments, indexes and views of a table, and deletes what is gone', async () => {
    await using extraction = await createExtraction(source);
    await using sink = await warehouse();
    await createOrders(extraction);
    await extraction.runTable(ORDERS, {}, { sink: sink.spec });
    await sink.rows('CREATE ROLE reader; GRANT SELECT ON business.orders TO reader').catch(() => []);
    await sink.rows("COMMENT ON TABLE business.orders IS 'ours'");
    await sink.rows('CREATE INDEX by_n ON business.orders (n)');
    await sink.rows('CREATE VIEW business.cheap AS SELECT id FROM business.orders WHERE price < 10');
    const [before] = await sink.rows(
      "SELECT 'business.orders'::regclass::oid, relacl::text FROM pg_class WHERE oid = 'business.orders'::regclass",
    );
    await extraction.sql(
      'DELETE FROM orders WHERE id > 900',
      "UPDATE orders SET note = 'neu' WHERE id = 5",
      'ALTER TABLE orders ADD COLUMN late INT DEFAULT 7',
    );
    const refreshed = await extraction.runTable(ORDERS, { fullRefresh: true }, { sink: sink.spec });
    expect(refreshed).toMatchObject({ mode: 'snapshot', rows: 900 });
    await expectEqual(extraction, sink);
    expect(await sink.rows('SELECT count(late)::int FROM business.orders')).toEqual([[900]]);
    expect(
      await sink.rows(
        "SELECT 'business.orders'::regclass::oid, relacl::text FROM pg_class WHERE oid = 'business.orders'::regclass",
      ),
    ).toEqual([before]);
    expect(await sink.rows("SELECT obj_description('business.orders'::regclass)")).toEqual([['ours']]);
    expect(await sink.rows('SELECT count(*)::int FROM business.cheap')).toEqual([[79]]);
    expect(await sink.rows("SELECT count(*)::int FROM pg_indexes WHERE tablename = 'orders'")).toEqual([[2]]);
  });

  test('reconcile finds and mends what differs, by checksums that PostgreSQL computes', async () => {
    await using extraction = await createExtraction(source);
    await using place = await warehouse();
    await createOrders(extraction);
    await extraction.runTable(ORDERS, {}, { sink: place.spec });
    await using sink = await openSink(place.spec);
    const compare = async (by: 'rows' | 'keys', action: 'mend' | 'mark' | 'report') => {
      const tables = [extracted(ORDERS)];
      const [done] = await reconcile({
        databases: [{ database: extraction.database, tables }],
        sink,
        comparison: { by, action },
        options: { statementRows: 200 },
      });
      return done!;
    };
    expect(await compare('rows', 'report')).toMatchObject({ windowsDifferent: 0, rowsTransferred: 0 });
    await place.rows('DELETE FROM business.orders WHERE id = 3');
    await place.rows("UPDATE business.orders SET note = 'falsch' WHERE id IN (500, 501)");
    await extraction.sql('DELETE FROM orders WHERE id = 700');
    const found = { missing: 1, extra: 1, different: 2 };
    expect(await compare('rows', 'report')).toMatchObject({ ...found, mended: false });
    expect(await compare('rows', 'mend')).toMatchObject({ ...found, mended: true });
    await expectEqual(extraction, place);
    expect(await compare('rows', 'report')).toMatchObject({ windowsDifferent: 0 });
    await extraction.sql('DELETE FROM orders WHERE id = 701');
    expect(await compare('keys', 'mark')).toMatchObject({ extra: 1 });
    expect(
      await place.rows('SELECT id::int FROM business.orders WHERE _tidemark_deleted_at IS NOT NULL'),
    ).toEqual([[701]]);
    expect(await compare('keys', 'report')).toMatchObject({ extra: 0 });
  });

  test('a server that crashes in mid-load loses nothing', async () => {
    await using extraction = await createExtraction(source);
    await using sink = await warehouse();
    await createOrders(extraction);
    let crashed = false;
    // Slowly: to stop a server takes a moment.
    const broken = extraction.runTable(
      ORDERS,
      { ...SMALL_STEPS, maxRowsPerSecond: 150 },
      {
        sink: sink.spec,
        observe(event) {
          if (event.kind !== 'committed' || crashed) return;
          crashed = true;
          void server.crash();
        },
      },
    );
    await expect(broken).rejects.toMatchObject({ exitCode: 3 });
    await server.start();
    await using again = await warehouse();
    await using states = await openStates(sink.spec);
    const [state] = await states.states();
    expect(state?.loading?.position).not.toBeNull();
    const finished = await extraction.runTable(ORDERS, SMALL_STEPS, { sink: sink.spec });
    expect(finished.rows).toBeLessThan(1000);
    const name = sink.spec.location.split('/').at(-1)!;
    const reader = await connectPostgres(server, name);
    const { rows } = await reader.query<unknown[]>({ text: FROM_SINK, rowMode: 'array' });
    await reader.end();
    await expectEqual(extraction, { rows: async () => rows });
    expect(await again.rows('SELECT 1')).toEqual([[1]]);
  });
});

describe('the PostgreSQL sink', () => {
  test('a wrong password, a missing database and a password in the URL are refused with what to do', async () => {
    await using place = await warehouse();
    await expect(openSink({ ...place.spec, environment: { PGPASSWORD: 'wrong' } })).rejects.toMatchObject({
      exitCode: 2,
    });
    await expect(openSink({ ...place.spec, location: server.url('nowhere') })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('nowhere') as string,
    });
    const nobody = { ...place.spec, location: 'postgres://tidemark@127.0.0.1:1/warehouse' };
    await expect(openSink(nobody)).rejects.toMatchObject({ exitCode: 3 });
  });
});
