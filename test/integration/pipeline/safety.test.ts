import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { planRuns } from '../../../src/pipeline/run/plan-runs.ts';
import { openSink, openStates } from '../../../src/sinks/open-sink.ts';
import { resetWatermarks, setWatermark, showWatermarks } from '../../../src/pipeline/run/watermarks.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'idx_changed' } as const;

async function createOrders(extraction: Extraction, index: string): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (id INT PRIMARY KEY, site INT NOT NULL, changed DATETIME NOT NULL, created DATETIME NOT NULL${index})`,
    `INSERT INTO orders SELECT n, n % 3, '2024-01-01' + INTERVAL n SECOND, '2024-01-01' FROM ${numbers(3)}`,
    'ANALYZE TABLE orders',
  );
}

describe.each(servers)('safety on $label', (server) => {
  test.each([
    [
      'no index',
      '',
      'npm run migrate:create -- --db=business --table=orders --index=idx_changed --columns=changed',
    ],
    [
      'an index that leads with another column',
      ', KEY idx_changed (site, changed)',
      'it begins with (site), and the cursor needs (changed): name another index',
    ],
  ])('%s: refused, with what helps, and nothing is read or written', async (_, index, hint) => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, index);
    const error = await extraction.runTable(ORDERS).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      exitCode: 4,
      hints: [expect.stringContaining(hint), expect.stringContaining('--allow-scan')],
    });
    expect(await extraction.states()).toEqual([]);
    await extraction.runTable(ORDERS, { allowScan: true });
    await extraction.sql("UPDATE orders SET changed = '2024-02-01' WHERE id > 900");
    expect((await extraction.runTable(ORDERS, { allowScan: true, statementRows: 7 })).rows).toBe(100);
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('an index of the same column under another name serves', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, ', KEY by_hand (changed)');
    expect((await extraction.runTable(ORDERS)).index).toBe('by_hand');
  });

  test('a table of one row is read, whatever way the server takes through its index', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, ', KEY idx_changed (changed)');
    await extraction.sql('DELETE FROM orders WHERE id > 1', 'ANALYZE TABLE orders');
    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'snapshot', rows: 1 });
    await extraction.sql("UPDATE orders SET changed = '2024-02-01'");
    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'incremental', rows: 1 });
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('an index that is gone after the first load is missed before anything is read', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, ', KEY idx_changed (changed)');
    await extraction.runTable(ORDERS);
    await extraction.sql('ALTER TABLE orders DROP INDEX idx_changed');
    await expect(extraction.runTable(ORDERS)).rejects.toMatchObject({ exitCode: 4 });
  });

  test('every missing table and column is named together, with what there is', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, ', KEY idx_changed (changed)');
    await extraction.sql(
      'CREATE TABLE keyless (changed DATETIME)',
      'CREATE VIEW seen AS SELECT * FROM orders',
    );
    const error = (await extraction
      .run([
        { ...ORDERS, table: 'order' },
        { ...ORDERS, cursor: 'server_time', exclude: ['crated'] },
        { ...ORDERS, table: 'keyless' },
        { ...ORDERS, table: 'seen' },
      ])
      .catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ exitCode: 3 });
    expect(error.message).toContain('business.order: schema');
    expect(error.message).toContain('did you mean "orders"?');
    expect(error.message).toContain(
      'cursor column "server_time" does not exist; its time columns: changed, created',
    );
    expect(error.message).toContain('column "crated" does not exist; did you mean "created"?');
    expect(error.message).toContain('business.keyless: has no primary key');
    expect(error.message).toContain('business.seen: is a view');
  });

  test('a dry run says what would be read, reads nothing, and makes no file', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, ', KEY idx_changed (changed)');
    const { database, duckdbFile } = extraction;
    const plan = async () => {
      await using states = await openStates({ kind: 'duckdb', location: duckdbFile });
      return await planRuns({ databases: [{ database, tables: [extracted(ORDERS)] }], states });
    };
    expect(await plan()).toMatchObject([{ table: 'orders', mode: 'snapshot', watermark: { from: null } }]);
    await expect(stat(duckdbFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await extraction.runTable(ORDERS);
    await extraction.sql("UPDATE orders SET changed = '2024-02-01' WHERE id <= 20", 'ANALYZE TABLE orders');
    const [planned] = await plan();
    expect(planned).toMatchObject({
      mode: 'incremental',
      watermark: { from: ['2024-01-01 00:16:40', '1000'] },
    });
    expect(planned?.query).toContain("`changed` > '2024-01-01 00:16:40'");
    expect(planned?.rowsEstimated).toBeGreaterThan(0);
    expect(planned?.rowsEstimated).toBeLessThan(200);
  });

  test('watermarks are shown, set and reset', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, ', KEY idx_changed (changed)');
    await extraction.runTable(ORDERS);
    const { database, duckdbFile: path } = extraction;
    const table = extracted(ORDERS);
    {
      await using states = await openStates({ kind: 'duckdb', location: path });
      const [shown] = await showWatermarks({ states, databases: [{ database, tables: [table] }] });
      expect(shown).toMatchObject({
        database: 'business',
        table: 'orders',
        cursor: ['changed', 'id'],
        value: ['2024-01-01 00:16:40', '1000'],
        rows: 1000,
      });
      expect(shown?.lagSeconds).toBeGreaterThan(365 * 86_400);
    }
    {
      await using sink = await openSink({ kind: 'duckdb', location: path });
      await expect(setWatermark({ sink, database, table, value: 'yesterday' })).rejects.toMatchObject({
        exitCode: 2,
      });
      await setWatermark({ sink, database, table, value: '2024-01-01 00:10:00' });
    }
    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'incremental', rows: 401 });
    {
      await using sink = await openSink({ kind: 'duckdb', location: path });
      expect(await resetWatermarks({ sink, database: 'business', tables: ['orders'] })).toHaveLength(1);
    }
    expect(await extraction.runTable(ORDERS)).toMatchObject({ mode: 'snapshot', rows: 1000 });
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('nothing is ever written to the source', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction, ', KEY idx_changed (changed)');
    const checksum = async () => (await extraction.connection.query('CHECKSUM TABLE orders'))[0];
    const before = await checksum();
    await extraction.runTable(ORDERS);
    await extraction.runTable(ORDERS);
    expect(await checksum()).toEqual(before);
  });
});
