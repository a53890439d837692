import { describe, expect, test } from 'vitest';
import { planRuns } from '../../../src/pipeline/run/plan-runs.ts';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { openSink, openStates } from '../../../src/sinks/open-sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { killOthers } from '../../support/kill-others.ts';
import { servers } from '../../support/schemas.ts';
import { createTestSink, sinkKinds } from '../../support/test-sink.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;
const LOG = { ...ORDERS, append: true } as const;
const SMALL_STEPS = { lagSeconds: 0, statementRows: 100, commitRows: 300 } as const;
/** As docs/sinks.md has it. */
const CURRENT = `SELECT * EXCLUDE (_tidemark_sequence, _tidemark_run_id, _tidemark_loaded_at) FROM {orders}
  QUALIFY row_number() OVER (PARTITION BY id ORDER BY _tidemark_sequence DESC) = 1 ORDER BY id`;

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    "CREATE TABLE orders (id INT PRIMARY KEY, n INT, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))",
    `INSERT INTO orders (id, n) SELECT n, 0 FROM ${numbers(3)}`,
  );
}

const matrix = servers.flatMap((server) => sinkKinds.map((kind) => ({ server, kind, label: server.label })));

describe.each(matrix)('a change log in $kind on $label', ({ server, kind }) => {
  test('keeps every version with its run and time; the latest are the current rows', async () => {
    await using extraction = await createExtraction(server);
    await using sink = await createTestSink(kind);
    await createOrders(extraction);
    const run = async () => extraction.runTable(LOG, SMALL_STEPS, { sink: sink.spec });
    expect(await run()).toMatchObject({ mode: 'snapshot', rows: 1000 });
    for (const version of [1, 2]) {
      await extraction.sql(
        `UPDATE orders SET n = ${version}, changed = '2024-02-0${version}' WHERE id <= 500`,
      );
      expect(await run()).toMatchObject({ mode: 'incremental', rows: 500 });
    }
    expect(await run()).toMatchObject({ rows: 0 });
    expect(
      await sink.rows(
        `SELECT n, count(*)::INT, count(DISTINCT _tidemark_run_id)::INT, bool_and(_tidemark_loaded_at BETWEEN now() - INTERVAL 10 MINUTE AND now())
           FROM {orders} GROUP BY n ORDER BY n`,
      ),
    ).toEqual([
      [0, 1000, 1, true],
      [1, 500, 1, true],
      [2, 500, 1, true],
    ]);
    const current = await sink.rows(CURRENT);
    expect(current.map(([, n]) => n)).toEqual(Array.from({ length: 1000 }, (_, at) => (at < 500 ? 2 : 0)));
  });

  test('a lookback, a set start and rows without a cursor add no version twice', async () => {
    await using extraction = await createExtraction(server);
    await using sink = await createTestSink(kind);
    await createOrders(extraction);
    await extraction.sql(
      'ALTER TABLE orders MODIFY changed DATETIME NULL',
      'UPDATE orders SET changed = NULL WHERE id > 990',
    );
    const run = (options = {}) =>
      extraction.runTable(LOG, { ...SMALL_STEPS, ...options }, { sink: sink.spec });
    const versions = () => sink.rows('SELECT count(*)::INT FROM {orders}');
    await run();
    await extraction.sql("UPDATE orders SET n = 1, changed = '2024-02-01' WHERE id <= 10");
    expect((await run()).rows).toBe(20);
    expect(await versions()).toEqual([[1010]]);

    expect((await run({ lookback: 86_400 * 60 })).rows).toBe(1000);
    expect((await run({ start: '2023-01-01' })).rows).toBe(1000);
    expect(await versions()).toEqual([[1010]]);

    // Changed without the cursor, and back to former values: both are versions.
    await extraction.sql('UPDATE orders SET n = 2 WHERE id = 1', 'UPDATE orders SET n = 9 WHERE id = 1000');
    await run({ lookback: 60 });
    await extraction.sql('UPDATE orders SET n = 1 WHERE id = 1', 'UPDATE orders SET n = 0 WHERE id = 1000');
    await run({ lookback: 60 });
    expect(await versions()).toEqual([[1014]]);
    expect(
      await sink.rows('SELECT n FROM {orders} WHERE id IN (1, 1000) ORDER BY id, _tidemark_sequence'),
    ).toEqual([[0], [1], [2], [1], [0], [9], [0]]);
  });

  test.each([
    ['with a key', 'id INT PRIMARY KEY'],
    ['without a key', 'id INT'],
  ])('a connection that is lost in mid-stream adds nothing twice, %s', async (_, id) => {
    await using extraction = await createExtraction(server);
    await using sink = await createTestSink(kind);
    await extraction.sql(
      `CREATE TABLE orders (${id}, n INT, changed DATETIME NOT NULL, KEY changed (changed))`,
      `INSERT INTO orders SELECT n, 0, '2024-01-01' + INTERVAL n DIV 5 SECOND FROM ${numbers(3)}`,
      'ANALYZE TABLE orders',
    );
    const run = async () => {
      let retries = 0;
      let killed = false;
      await extraction.runTable(LOG, SMALL_STEPS, {
        sink: sink.spec,
        observe(event) {
          if (event.kind === 'retrying') retries += 1;
          if (killed || event.kind !== 'committed') return;
          killed = true;
          void killOthers(extraction);
        },
      });
      return retries;
    };
    expect(await run()).toBeGreaterThan(0);
    await extraction.sql("UPDATE orders SET n = 1, changed = '2024-02-01' + INTERVAL id DIV 5 SECOND");
    expect(await run()).toBeGreaterThan(0);
    expect(
      await sink.rows('SELECT n, count(*)::INT, count(DISTINCT id)::INT FROM {orders} GROUP BY n ORDER BY n'),
    ).toEqual([
      [0, 1000, 1000],
      [1, 1000, 1000],
    ]);
  });

  test('to go on as current rows, or the other way round, needs a full refresh', async () => {
    await using extraction = await createExtraction(server);
    await using sink = await createTestSink(kind);
    await createOrders(extraction);
    const extras = { sink: sink.spec };
    await extraction.runTable(ORDERS, {}, extras);
    await expect(extraction.runTable(ORDERS, { append: true }, extras)).rejects.toMatchObject({
      exitCode: 4,
      hints: [expect.stringContaining('leave --append out'), expect.stringContaining('--full-refresh')],
    });
    await extraction.runTable(ORDERS, { append: true, fullRefresh: true }, extras);
    await extraction.sql("UPDATE orders SET n = 1, changed = '2024-02-01'");
    await extraction.runTable(LOG, {}, extras);
    expect(await sink.rows('SELECT count(*)::INT FROM {orders}')).toEqual([[2000]]);
    await expect(extraction.runTable(ORDERS, {}, extras)).rejects.toMatchObject({
      exitCode: 4,
      hints: [expect.stringContaining('give --append'), expect.stringContaining('--full-refresh')],
    });
    const planned = async () => {
      await using states = await openStates(sink.spec);
      return await planRuns({
        databases: [{ database: extraction.database, tables: [extracted(ORDERS)] }],
        states,
      });
    };
    await expect(planned()).rejects.toMatchObject({ exitCode: 4 });
    await extraction.runTable(ORDERS, { fullRefresh: true }, extras);
    expect(await sink.rows('SELECT count(*)::INT FROM {orders}')).toEqual([[1000]]);
  });
});

describe.each(servers)('a change log on $label', (server) => {
  test('is not compared with the source', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(LOG);
    await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
    const databases = [{ database: extraction.database, tables: [extracted(LOG)] }];
    for (const by of ['rows', 'keys'] as const) {
      const compared = reconcile({ databases, sink, comparison: { by, action: 'mend' } });
      await expect(compared).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringContaining('is a change log') as string,
      });
    }
  });

  test('a file of the format before change logs is brought up to date', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.changeDuckdb(
      'ALTER TABLE _tidemark.watermarks DROP COLUMN append; UPDATE _tidemark.format SET version = 1',
    );
    expect(await extraction.states()).toMatchObject([{ table: 'orders', append: false }]);
    await extraction.sql("UPDATE orders SET n = 1, changed = '2024-02-01' WHERE id <= 10");
    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'incremental', rows: 10 });
    expect(await extraction.compare('orders')).toEqual([]);
    expect(await extraction.duckdb('SELECT version FROM _tidemark.format')).toEqual([[3]]);
  });
});
