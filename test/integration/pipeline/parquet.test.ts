import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import type { ExtractOptions } from '../../../src/pipeline/run/options.ts';
import { type Reconciliation, reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import type { TableRun } from '../../../src/pipeline/run/report.ts';
import type { ComparisonRequest } from '../../../src/sinks/sink.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;
const SMALL_STEPS = { lagSeconds: 0, statementRows: 100, commitRows: 300 } as const;

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (id INT PRIMARY KEY, big BIGINT UNSIGNED, price DECIMAL(30,4), ratio FLOAT, rate DOUBLE, title VARCHAR(60),
       raw VARBINARY(20), day DATE, at DATETIME(6), instant TIMESTAMP(6) NULL, long_time TIME(6), flags BIT(12),
       changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed)) CHARACTER SET utf8mb4`,
    `INSERT INTO orders (id, big, price, ratio, rate, title, raw, day, at, instant, long_time, flags)
       SELECT n, 18446744073709551615 - n, n / 7, n / 3, n / 9, IF(n % 5, CONCAT('标题 ', n), NULL), UNHEX(CONCAT(LPAD(HEX(n), 8, '0'), '0000')),
         '2024-01-01' + INTERVAL n DAY, '2024-01-01 00:00:00.000001' + INTERVAL n HOUR, FROM_UNIXTIME(n + 0.5), SEC_TO_TIME(-n * 3000), n
       FROM ${numbers(3)}`,
  );
}

async function run(
  extraction: Extraction,
  directory: string,
  options: Partial<ExtractOptions> = {},
): Promise<TableRun> {
  await using sink = await openSink({ kind: 'parquet', location: directory });
  const databases = [{ database: extraction.database, tables: [extracted(ORDERS)] }];
  const report = await extractLoad({ databases, sink, options: { ...SMALL_STEPS, ...options } });
  if (report.failures[0] !== undefined) throw report.failures[0].error;
  return report.runs[0]!;
}

async function reconcileOrders(
  extraction: Extraction,
  directory: string,
  comparison: ComparisonRequest,
): Promise<Reconciliation> {
  await using sink = await openSink({ kind: 'parquet', location: directory });
  const databases = [{ database: extraction.database, tables: [extracted(ORDERS)] }];
  const [done] = await reconcile({ databases, sink, comparison, options: { statementRows: 300 } });
  return done!;
}

/** The files that the manifest lists. */
async function filesOf(directory: string): Promise<readonly string[]> {
  const file = path.join(directory, 'business', 'orders', '_manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as {
    readonly files: readonly { readonly name: string }[];
  };
  return manifest.files.map(({ name }) => name);
}

/** Columns of the only file. */
async function columnsOf(directory: string): Promise<readonly string[]> {
  const [name = ''] = await filesOf(directory);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const described = await connection.runAndReadAll(
    `DESCRIBE FROM '${path.join(directory, 'business', 'orders', name)}'`,
  );
  connection.closeSync();
  instance.closeSync();
  return described.getRows().map((row) => String(row[0]));
}

/** The current rows, as a reader that goes by the manifest finds them, put where the comparison looks. */
async function compare(extraction: Extraction, directory: string) {
  const folder = path.join(directory, 'business', 'orders');
  const manifest = JSON.parse(await readFile(path.join(folder, '_manifest.json'), 'utf8')) as {
    readonly key: readonly string[];
    readonly files: readonly { readonly name: string }[];
  };
  const files = manifest.files.map(({ name }) => `'${path.join(folder, name)}'`).join(', ');
  const instance = await DuckDBInstance.create(extraction.duckdbFile);
  const connection = await instance.connect();
  await connection.run(`CREATE SCHEMA IF NOT EXISTS business;
    CREATE OR REPLACE TABLE business.orders AS
      FROM (SELECT NULL::TIMESTAMPTZ AS _tidemark_deleted_at, NULL::BOOLEAN AS _tidemark_removed WHERE FALSE)
      UNION ALL BY NAME FROM read_parquet([${files}], union_by_name = true)
      QUALIFY row_number() OVER (PARTITION BY ${manifest.key.join(', ')} ORDER BY _tidemark_sequence DESC) = 1;
    DELETE FROM business.orders WHERE _tidemark_removed;`);
  connection.closeSync();
  instance.closeSync();
  return extraction.compare('orders');
}

describe.each(servers)('the Parquet sink on $label', (server) => {
  test('loads, adds changes, and compacts to the current rows', async () => {
    await using extraction = await createExtraction(server);
    await using directory = await temporaryDirectory();
    await createOrders(extraction);
    expect(await run(extraction, directory.path)).toMatchObject({ mode: 'snapshot', rows: 1000 });
    expect(await compare(extraction, directory.path)).toEqual([]);

    await extraction.sql(
      "UPDATE orders SET ratio = -1, changed = '2024-02-01' WHERE id % 10 = 0",
      "INSERT INTO orders (id, changed) VALUES (5000, '2024-02-02')",
    );
    expect(await run(extraction, directory.path)).toMatchObject({ mode: 'incremental', rows: 101 });
    expect(await compare(extraction, directory.path)).toEqual([]);
    expect(await run(extraction, directory.path)).toMatchObject({ rows: 0 });

    {
      await using sink = await openSink({ kind: 'parquet', location: directory.path });
      const tables = [{ database: 'business', table: 'orders' }];
      expect(await sink.compact!(tables)).toMatchObject([
        { filesBefore: 5, rowsBefore: 1101, rowsAfter: 1001 },
      ]);
      expect(await sink.compact!(tables)).toEqual([]);
    }
    expect(await compare(extraction, directory.path)).toEqual([]);
    await extraction.sql("UPDATE orders SET ratio = -2, changed = '2024-03-01' WHERE id % 10 = 0");
    await run(extraction, directory.path);
    expect(await compare(extraction, directory.path)).toEqual([]);
    const names = await readdir(path.join(directory.path, 'business', 'orders'));
    expect(names.filter((name) => name.endsWith('.parquet'))).toHaveLength(2);
  });
});

describe('the Parquet sink', () => {
  // What the sink does is the same whatever server the rows come from.
  const server = servers[0]!;

  test('what differs is mended by one further file, and what was removed is compacted away', async () => {
    await using extraction = await createExtraction(server);
    await using directory = await temporaryDirectory();
    await createOrders(extraction);
    await run(extraction, directory.path);
    expect(await reconcileOrders(extraction, directory.path, { by: 'rows', action: 'report' })).toMatchObject(
      {
        rowsTransferred: 0,
        windowsDifferent: 0,
      },
    );

    await extraction.sql(
      'DELETE FROM orders WHERE id IN (7, 500, 501)',
      "UPDATE orders SET title = 'changed behind the cursor', rate = NULL WHERE id IN (3, 999)",
      "INSERT INTO orders (id, title, changed) VALUES (5000, 'late', '2023-01-01')",
      "UPDATE orders SET title = 'not loaded yet', changed = '2199-01-01' WHERE id = 10",
      'ALTER TABLE orders ADD COLUMN added INT',
    );
    const found = { missing: 1, extra: 3, different: 2 };
    const before = await filesOf(directory.path);
    expect(await reconcileOrders(extraction, directory.path, { by: 'rows', action: 'report' })).toMatchObject(
      found,
    );
    expect(await filesOf(directory.path)).toEqual(before);
    const mended = await reconcileOrders(extraction, directory.path, { by: 'rows', action: 'mend' });
    expect(mended).toMatchObject({ ...found, mended: true });
    expect(mended.rowsTransferred).toBeLessThan(300);
    expect(await filesOf(directory.path)).toHaveLength(before.length + 1);
    const differences = await compare(extraction, directory.path);
    expect(differences.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['different 10']);
    expect(await reconcileOrders(extraction, directory.path, { by: 'rows', action: 'mend' })).toMatchObject({
      windowsDifferent: 0,
    });
    expect(await filesOf(directory.path)).toHaveLength(before.length + 1);

    // A removed key that the source has again is a row again.
    await extraction.sql("INSERT INTO orders (id, title, changed) VALUES (500, 'again', '2024-02-01')");
    expect(await run(extraction, directory.path)).toMatchObject({ rows: 1 });
    expect((await compare(extraction, directory.path)).map(({ key }) => key)).toEqual(['10']);
    {
      await using sink = await openSink({ kind: 'parquet', location: directory.path });
      expect(await sink.compact!([{ database: 'business', table: 'orders' }])).toMatchObject([
        { rowsAfter: 999 },
      ]);
    }
    expect(await filesOf(directory.path)).toHaveLength(1);
    const names = await columnsOf(directory.path);
    expect(names).not.toContain('_tidemark_removed');
    expect((await compare(extraction, directory.path)).map(({ key }) => key)).toEqual(['10']);
  });

  test.each([1, 2])('a manifest of format %i is read on', async (format) => {
    await using extraction = await createExtraction(server);
    await using directory = await temporaryDirectory();
    await createOrders(extraction);
    await run(extraction, directory.path);
    const manifest = path.join(directory.path, 'business', 'orders', '_manifest.json');
    const written = JSON.parse(await readFile(manifest, 'utf8')) as { readonly format: number };
    expect(written.format).toBe(3);
    await writeFile(manifest, JSON.stringify({ ...written, format }));
    await extraction.sql('DELETE FROM orders WHERE id = 1');
    expect(await reconcileOrders(extraction, directory.path, { by: 'keys', action: 'mend' })).toMatchObject({
      extra: 1,
    });
    expect(JSON.parse(await readFile(manifest, 'utf8'))).toMatchObject({ format: 3 });
    expect(await compare(extraction, directory.path)).toEqual([]);
  });
});
