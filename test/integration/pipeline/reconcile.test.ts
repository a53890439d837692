import { describe, expect, test } from 'vitest';
import { type Reconciliation, reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import type { ComparisonRequest } from '../../../src/sinks/sink.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { allServers } from '../../support/all-servers.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (site INT NOT NULL, id BINARY(4) NOT NULL, n INT, rate DOUBLE, ratio FLOAT, seen TIMESTAMP(3) NULL,
       changed DATETIME NOT NULL DEFAULT '2024-01-01', PRIMARY KEY (site, id), KEY changed (changed))`,
    `INSERT INTO orders (site, id, n, rate, ratio, seen)
       SELECT n % 3, UNHEX(LPAD(HEX(n), 8, '0')), n, n / 3, n / 7, FROM_UNIXTIME(n) FROM ${numbers(3)}`,
  );
}

async function compare(
  extraction: Extraction,
  comparison: ComparisonRequest,
  spec: TableSpec = ORDERS,
): Promise<Reconciliation> {
  await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
  const databases = [{ database: extraction.database, tables: [extracted(spec)] }];
  const [done] = await reconcile({ databases, sink, comparison, options: { statementRows: 90 } });
  return done!;
}

describe.each(allServers)('reconciling on $label', (server) => {
  test('equal tables: nothing is found, in any window', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    const done = await compare(extraction, { by: 'rows', action: 'mend' });
    expect(done).toMatchObject({ windowsDifferent: 0, mended: false, rowsCompared: 1000 });
    expect(done.windows).toBeGreaterThan(8);
    expect(done.serverRowsRead).toBeLessThan(1000 * 1.05 + 60);
  });

  test('rows that changed without the cursor are found and mended, in their windows alone', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.sql(
      'UPDATE orders SET rate = rate + 1 WHERE n = 300',
      'DELETE FROM orders WHERE n IN (301, 302, 999)',
      "INSERT INTO orders (site, id, n) VALUES (1, 'new!', 5)",
      // What no run has loaded yet is no difference.
      'UPDATE orders SET n = -1, changed = NOW() + INTERVAL 1 HOUR WHERE n = 10',
    );
    const found = { missing: 1, extra: 3, different: 1 };
    const reported = await compare(extraction, { by: 'rows', action: 'report' });
    expect(reported).toMatchObject({ ...found, mended: false });
    expect(reported.windowsDifferent).toBeLessThan(reported.windows);
    expect(await compare(extraction, { by: 'rows', action: 'mend' })).toMatchObject({
      ...found,
      mended: true,
    });
    expect(await compare(extraction, { by: 'rows', action: 'report' })).toMatchObject({
      windowsDifferent: 0,
    });
    expect((await extraction.compare('orders')).map((difference) => difference.kind)).toEqual(['different']);
  });

  test('rows that were deleted are found by their keys, and removed or marked', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.sql('DELETE FROM orders WHERE n % 100 = 0');
    expect(await compare(extraction, { by: 'keys', action: 'mark' })).toMatchObject({
      extra: 10,
      missing: 0,
      different: 0,
    });
    expect(
      await extraction.duckdb(
        'SELECT count(*)::INT FROM business.orders WHERE _tidemark_deleted_at IS NOT NULL',
      ),
    ).toEqual([[10]]);
    expect(await compare(extraction, { by: 'keys', action: 'mark' })).toMatchObject({ extra: 0 });
    await extraction.sql(
      "INSERT INTO orders (site, id, n, changed) VALUES (1, UNHEX('00000064'), 100, '2024-02-01')",
      'DELETE FROM orders WHERE n = 1',
    );
    expect((await extraction.runTable(ORDERS)).rows).toBe(1);
    expect(await compare(extraction, { by: 'keys', action: 'mend' })).toMatchObject({ extra: 1 });
    await extraction.changeDuckdb('DELETE FROM business.orders WHERE _tidemark_deleted_at IS NOT NULL');
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('a key of text, whose order the sink does not share', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE names (name VARCHAR(40) PRIMARY KEY, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed)) CHARACTER SET utf8mb4`,
      `INSERT INTO names (name) SELECT CONCAT(IF(n % 2, 'b', 'A'), n) FROM ${numbers(3)}`,
      "INSERT INTO names (name) VALUES ('é'), ('中'), ('Z')",
    );
    const spec = { table: 'names', cursor: 'changed', index: 'changed' };
    await extraction.runTable(spec, { statementRows: 70 });
    expect(await extraction.compare('names')).toEqual([]);
    for (const by of ['keys', 'rows'] as const)
      expect(await compare(extraction, { by, action: 'report' }, spec)).toMatchObject({
        windowsDifferent: 0,
        rowsCompared: 1003,
        rowsTransferred: 0,
      });
    await extraction.sql("DELETE FROM names WHERE name IN ('b1', '中')");
    expect(await compare(extraction, { by: 'keys', action: 'mend' }, spec)).toMatchObject({
      extra: 2,
      windows: 1,
    });
    expect(await extraction.compare('names')).toEqual([]);
  });

  test('a table that was never loaded is refused', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await expect(compare(extraction, { by: 'rows', action: 'mend' })).rejects.toMatchObject({ exitCode: 4 });
  });
});
