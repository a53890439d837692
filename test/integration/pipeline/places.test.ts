import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import { openSink, SINK_KINDS, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import { databaseEnvironment, runCli } from '../../support/cli.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction } from '../../support/extraction.ts';
import { createProject } from '../../support/project.ts';
import { servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ORDERS = { table: 'orders', cursor: 'u', index: 'iu' } as const;
const CREATE =
  "CREATE TABLE orders (id INT PRIMARY KEY, v INT, u DATETIME NOT NULL DEFAULT '2024-01-01', KEY iu (u))";

describe.each(servers)('places of sinks on $label', (server) => {
  test('a folder whose name looks like a pattern, or like a column, is read as what it is called', async () => {
    await using extraction = await createExtraction(server);
    await using directory = await temporaryDirectory();
    await extraction.sql(CREATE, 'INSERT INTO orders (id, v) VALUES (1, 10), (2, 20)');
    const places = ['a', 'b', 'axb', 'v=7', '[ab]', 'a*b', 'a?b', '**', '{a,b}', '[!a]'];
    for (const [at, place] of places.entries()) {
      const sink: SinkSpec = { kind: 'parquet', location: path.join(directory.path, place, 'pq') };
      await extraction.sql(`UPDATE orders SET v = ${at}, u = '2024-01-02' WHERE id = 1`);
      await extraction.runTable(ORDERS, {}, { sink });
    }
    for (const [at, place] of places.entries()) {
      const location = path.join(directory.path, place, 'pq');
      await extraction.sql(`UPDATE orders SET v = ${at}, u = '2024-01-02' WHERE id = 1`);
      await using sink = await openSink({ kind: 'parquet', location });
      const databases = [{ database: extraction.database, tables: [extracted(ORDERS)] }];
      const comparison = { by: 'rows', action: 'report' } as const;
      expect(await reconcile({ databases, sink, comparison })).toMatchObject([
        { rowsCompared: 2, windowsDifferent: 0 },
      ]);
      await extraction.sql(`UPDATE orders SET v = ${at + 100}, u = '2024-01-03' WHERE id = 1`);
      await extractLoad({ databases, sink, options: { lagSeconds: 0 } });
      expect(await sink.compact?.([{ database: 'business', table: 'orders' }])).toMatchObject([
        { rowsAfter: 2 },
      ]);
      expect(await reconcile({ databases, sink, comparison })).toMatchObject([
        { rowsCompared: 2, windowsDifferent: 0 },
      ]);
    }
  });

  test.each(['business', 'temp', 'system', 'main', 'memory'])(
    'a database %s in a DuckDB file of the same name',
    async (name) => {
      await using extraction = await createExtraction(server);
      await using directory = await temporaryDirectory();
      await extraction.sql(CREATE, 'INSERT INTO orders (id, v) VALUES (1, 10), (2, 20)');
      await using database = await openTestDatabase(extraction.settings, { name });
      const location = path.join(directory.path, `${name}.duckdb`);
      const databases = [{ database, tables: [extracted(ORDERS)] }];
      const runs = [
        { rows: 2, mode: 'snapshot' },
        { rows: 1, mode: 'incremental' },
      ];
      for (const run of runs) {
        await using sink = await openSink({ kind: 'duckdb', location });
        const report = await extractLoad({ databases, sink, options: { lagSeconds: 0 } });
        expect(report).toMatchObject({ failures: [], runs: [run] });
        await extraction.sql("UPDATE orders SET v = v + 1, u = '2024-01-02' WHERE id = 2");
      }
      await extraction.sql(
        "UPDATE orders SET v = 21, u = '2024-01-02' WHERE id = 2",
        'DELETE FROM orders WHERE id = 1',
      );
      await using sink = await openSink({ kind: 'duckdb', location });
      for (const extra of [1, 0]) {
        const comparison = { by: 'rows', action: 'mend' } as const;
        expect(await reconcile({ databases, sink, comparison })).toMatchObject([{ extra, different: 0 }]);
      }
    },
  );

  test('a folder that an earlier version called otherwise is carried on', async () => {
    await using extraction = await createExtraction(server);
    await using directory = await temporaryDirectory();
    await extraction.sql(
      CREATE.replace('orders', '`con`'),
      'INSERT INTO `con` (id, v) VALUES (1, 10)',
      CREATE.replace('orders', '`a*b`'),
      'INSERT INTO `a*b` (id, v) VALUES (1, 10)',
    );
    const sink: SinkSpec = { kind: 'parquet', location: directory.path };
    const tables = ['con', 'a*b'].map((table) => ({ ...ORDERS, table }));
    await extraction.run(tables, {}, { sink });
    const business = path.join(directory.path, 'business');
    await rename(path.join(business, '%63on'), path.join(business, 'con'));
    await rename(path.join(business, 'a%2Ab'), path.join(business, 'a*b'));
    const again = await extraction.run(tables, {}, { sink });
    expect(again.runs).toMatchObject([
      { mode: 'incremental', rows: 0 },
      { mode: 'incremental', rows: 0 },
    ]);
    expect((await readdir(business)).toSorted()).toEqual(['%63on', 'a%2Ab']);
  });
});

describe('an output that cannot be one', () => {
  test.each([
    ['duckdb', 's3://bucket/orders.duckdb'],
    ['duckdb', 'md:orders'],
    ['duckdb', 'https://example.com/orders.duckdb'],
    ['duckdb', 'data/_tidemark.duckdb'],
    ['parquet', 's3://bucket/orders'],
    ['parquet', 'file:///data'],
    ['parquet', 'data/[a]\\b'],
  ])('%s at %s is refused', (kind, place) => {
    const sink = SINK_KINDS.find(({ name }) => name === kind)!;
    expect(() => sink.locate(place, '/project')).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  test('a drive’s letter is no scheme, and a path says that a colon is part of a name', () => {
    const [duckdb] = SINK_KINDS;
    expect(duckdb.locate('C:\\data.duckdb', '/project')).toContain('C:');
    expect(duckdb.locate('./md:orders', '/project')).toBe('/project/md:orders');
  });

  test('what is there and is something else is left alone', async () => {
    await using directory = await temporaryDirectory();
    const at = (name: string) => path.join(directory.path, name);
    const memory = await DuckDBInstance.create(':memory:');
    const connection = await memory.connect();
    await connection.run(`COPY (SELECT 1 AS a) TO '${at('old.parquet')}' (FORMAT parquet)`);
    connection.closeSync();
    memory.closeSync();
    await writeFile(at('old.csv'), 'a,b\n1,2\n');
    await writeFile(at('old.json'), '[{"a": 1}]');
    await writeFile(at('empty.csv'), '');
    await writeFile(at('sqlite.db'), 'SQLite format 3\0'.padEnd(4096, '\0'));
    await mkdir(at('folder'));
    for (const name of [
      'old.parquet',
      'old.csv',
      'old.json',
      'empty.csv',
      'sqlite.db',
      'folder',
      'old.csv/x.duckdb',
    ]) {
      const before = (await stat(at(name)).catch(() => null))?.size;
      const opening = openSink({ kind: 'duckdb', location: at(name) });
      await expect(opening).rejects.toMatchObject({
        exitCode: 2,
        hints: [expect.stringContaining('name a')],
      });
      expect((await stat(at(name)).catch(() => null))?.size).toBe(before);
    }
    for (const name of ['old.csv', 'old.csv/below']) {
      await expect(openSink({ kind: 'parquet', location: at(name) })).rejects.toMatchObject({ exitCode: 2 });
    }
    expect(await readFile(at('old.csv'), 'utf8')).toBe('a,b\n1,2\n');
  });

  test('is refused by the command before a database is asked', async () => {
    await using project = await createProject('{ business: {} }');
    await project.write('tables/business.ts', 'export default [];\n');
    const environment = databaseEnvironment('business', {
      host: '127.0.0.1',
      port: 1,
      user: 'u',
      password: 'none-at-all',
      schema: 's',
    });
    const run = await runCli(['extract-load', '--output', 's3://bucket/x'], {
      directory: project.directory,
      environment,
    });
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no place on this machine') });
    expect(await readdir(project.directory)).not.toContain('s3:');
    await project.write(
      'knexfile.ts',
      "import { defineDatabases } from 'tidemark/define';\nexport const databases = defineDatabases({ information_schema: {} });\n",
    );
    const key = await runCli(['extract-load'], { directory: project.directory, environment });
    expect(key).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('give it another key') });
  });
});
