import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { reconcile, type Reconciliation } from '../../../src/pipeline/compare/reconcile.ts';
import { planRuns } from '../../../src/pipeline/run/plan-runs.ts';
import { resetWatermarks } from '../../../src/pipeline/run/watermarks.ts';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { openSink, openStates, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction } from '../../support/extraction.ts';
import { quoteIdentifier } from '../../../src/databases/identifiers.ts';
import { servers } from '../../support/schemas.ts';
import { createTestSink, sinkKinds } from '../../support/test-sink.ts';

const CHANGED = `u DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY iu (u)`;
const of = (table: string, more: Partial<TableSpec> = {}): TableSpec => ({
  table,
  cursor: 'u',
  index: 'iu',
  ...more,
});

async function createTable(
  extraction: Extraction,
  table: string,
  ...values: readonly string[]
): Promise<void> {
  const rows = values.map((value, at) => `(${at + 1}, '${value}')`).join(', ');
  await extraction.sql(
    `CREATE TABLE ${quoteIdentifier(table)} (id INT PRIMARY KEY, v VARCHAR(9), ${CHANGED})`,
    `INSERT INTO ${quoteIdentifier(table)} (id, v) VALUES ${rows}`,
  );
}

async function compare(
  extraction: Extraction,
  spec: SinkSpec,
  tables: readonly TableSpec[],
): Promise<readonly Reconciliation[]> {
  await using sink = await openSink(spec);
  const databases = [{ database: extraction.database, tables: tables.map(extracted) }];
  return await reconcile({ databases, sink, comparison: { by: 'rows', action: 'report' } });
}

const failure = (work: Promise<unknown>) => work.catch((caught: unknown) => caught);

describe.each(servers)('names on $label', (server) => {
  describe.each(sinkKinds)('in %s', (kind) => {
    test('tables that differ in case alone are refused before anything is read, and told apart by "as"', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      const extras = { sink: target.spec };
      await createTable(extraction, 'Inv', 'Inv');
      await createTable(extraction, 'inv', 'inv', 'inv2');
      const refusal = {
        exitCode: 2,
        message: expect.stringMatching(/business\.Inv and business\.inv .* cannot tell "Inv" from "inv"/),
        hints: [expect.stringContaining("as: '…'")],
      };
      const both = [of('Inv'), of('inv')];
      expect(await failure(extraction.run(both, {}, extras))).toMatchObject(refusal);
      await using states = await openStates(target.spec);
      const databases = [{ database: extraction.database, tables: both.map(extracted) }];
      expect(await failure(planRuns({ databases, states }))).toMatchObject(refusal);
      expect(await states.states()).toEqual([]);

      const apart = [of('Inv'), of('inv', { as: 'inv_2' })];
      expect((await extraction.run(apart, {}, extras)).failures).toEqual([]);
      await extraction.sql("UPDATE inv SET v = 'new' WHERE id = 1");
      expect((await extraction.run(apart, {}, extras)).runs.map(({ rows }) => rows)).toEqual([0, 1]);
      expect(await target.rows('SELECT v FROM {Inv} ORDER BY id')).toEqual([['Inv']]);
      const latest =
        kind === 'duckdb'
          ? 'FROM {inv_2}'
          : 'FROM {inv_2} QUALIFY row_number() OVER (PARTITION BY id ORDER BY _tidemark_sequence DESC) = 1';
      expect(await target.rows(`SELECT v ${latest} ORDER BY id`)).toEqual([['new'], ['inv2']]);
      expect(await compare(extraction, target.spec, apart)).toMatchObject([
        { table: 'Inv', rowsCompared: 1, windowsDifferent: 0 },
        { table: 'inv', rowsCompared: 2, windowsDifferent: 0 },
      ]);
    });

    test('a table does not take the place of another one that the sink holds', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      const extras = { sink: target.spec };
      await createTable(extraction, 'Foo', 'Foo');
      await createTable(extraction, 'foo', 'foo');
      await extraction.runTable(of('Foo'), {}, extras);
      expect(await failure(extraction.runTable(of('foo'), {}, extras))).toMatchObject({
        exitCode: 4,
        message: expect.stringContaining('holds "Foo" where "foo" would go'),
        hints: [expect.stringMatching(/renamedFrom: 'Foo'.*as: '…'/)],
      });
      expect(await target.rows('SELECT v FROM {Foo}')).toEqual([['Foo']]);
      // Renamed in case alone.
      await extraction.sql(
        'DROP TABLE foo',
        'RENAME TABLE Foo TO foo',
        "INSERT INTO foo (id, v) VALUES (2, 'more')",
      );
      const carriedOn = await extraction.runTable(of('foo', { renamedFrom: 'Foo' }), {}, extras);
      expect(carriedOn).toMatchObject({ mode: 'incremental', rows: 1 });
      expect(await target.rows('SELECT v FROM {foo} ORDER BY id')).toEqual([['Foo'], ['more']]);
    });

    test('"as" and "renamedFrom" carry on what was loaded', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      const extras = { sink: target.spec };
      await createTable(extraction, 'orders', 'a', 'b');
      await extraction.runTable(of('orders'), {}, extras);
      const steps = [
        of('orders', { as: 'Verkäufe' }),
        of('orders', { as: 'sales', renamedFrom: 'Verkäufe' }),
        of('orders', { renamedFrom: 'sales' }),
      ];
      for (const [at, step] of steps.entries()) {
        await extraction.sql(`INSERT INTO orders (id, v) VALUES (${at + 3}, 'n')`);
        expect(await extraction.runTable(step, {}, extras)).toMatchObject({
          table: 'orders',
          mode: 'incremental',
          rows: 1,
        });
        expect(await compare(extraction, target.spec, [step])).toMatchObject([
          { rowsCompared: at + 3, windowsDifferent: 0 },
        ]);
      }
      await using states = await openStates(target.spec);
      expect((await states.states()).map(({ table }) => table)).toEqual(['orders']);
    });

    test.each(['_tidemark_sequence', '_tidemark_removed', '_TIDEMARK_DELETED_AT', '_tidemark_key_1'])(
      'a column %s is refused, and may be left out',
      async (column) => {
        await using extraction = await createExtraction(server);
        await using target = await createTestSink(kind);
        const extras = { sink: target.spec };
        await extraction.sql(
          `CREATE TABLE t (id INT PRIMARY KEY, ${column} BIGINT, ${CHANGED})`,
          `INSERT INTO t (id, ${column}) VALUES (1, 99)`,
        );
        expect(await failure(extraction.runTable(of('t'), {}, extras))).toMatchObject({
          exitCode: 3,
          message: expect.stringContaining(`column "${column}"`),
        });
        const left = of('t', { exclude: [column] });
        await extraction.runTable(left, {}, extras);
        expect(await compare(extraction, target.spec, [left])).toMatchObject([{ windowsDifferent: 0 }]);
      },
    );

    test('a column that is renamed in case alone is carried on, in the key and the cursor too', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      const extras = { sink: target.spec };
      await extraction.sql(
        `CREATE TABLE t (Id INT PRIMARY KEY, Name VARCHAR(9), ${CHANGED})`,
        "INSERT INTO t (Id, Name) VALUES (1, 'one'), (2, 'two')",
      );
      await extraction.runTable(of('t'), {}, extras);
      await extraction.sql(
        'ALTER TABLE t CHANGE Name name VARCHAR(9), CHANGE Id ID INT NOT NULL, CHANGE u U DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
        "INSERT INTO t (ID, name) VALUES (3, 'three')",
        "UPDATE t SET name = 'Two' WHERE ID = 2",
      );
      for (const rows of [2, 0]) {
        expect(await extraction.runTable(of('t'), {}, extras)).toMatchObject({ mode: 'incremental', rows });
        expect(await compare(extraction, target.spec, [of('t')])).toMatchObject([
          { rowsCompared: 3, windowsDifferent: 0 },
        ]);
      }
      const sink = await openSink(target.spec);
      await sink.compact?.([{ database: 'business', table: 't' }]);
      await sink[Symbol.asyncDispose]();
      expect(await target.rows('SELECT id, name FROM {t} ORDER BY id')).toEqual([
        [1, 'one'],
        [2, 'Two'],
        [3, 'three'],
      ]);
      expect(await compare(extraction, target.spec, [of('t')])).toMatchObject([{ windowsDifferent: 0 }]);
    });

    test('a decimal that grows beyond what the sink has numbers for is equal', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      const extras = { sink: target.spec };
      await extraction.sql(
        `CREATE TABLE t (id INT PRIMARY KEY, d DECIMAL(6,2), f DECIMAL(3,3), n INT, ${CHANGED})`,
        'INSERT INTO t (id, d, f, n) VALUES (1, -0.01, -0.125, 5), (2, 1234.5, 0, -7), (3, NULL, NULL, NULL), (4, 0, 0.5, 0)',
      );
      await extraction.runTable(of('t'), {}, extras);
      const grown = ['d DECIMAL(12,4), MODIFY f DECIMAL(8,5), MODIFY n DECIMAL(20,3)'];
      grown.push('d DECIMAL(50,4), MODIFY f DECIMAL(45,5), MODIFY n DECIMAL(60,3)');
      for (const [at, types] of grown.entries()) {
        await extraction.sql(`ALTER TABLE t MODIFY ${types}`);
        await extraction.runTable(of('t'), {}, extras);
        expect(await compare(extraction, target.spec, [of('t')])).toMatchObject([{ windowsDifferent: 0 }]);
        await extraction.sql(`INSERT INTO t (id, d, f, n) VALUES (${10 + at}, -0.0${at + 1}, 0.03125, 1.5)`);
        await extraction.runTable(of('t'), {}, extras);
        expect(await compare(extraction, target.spec, [of('t')])).toMatchObject([{ windowsDifferent: 0 }]);
      }
      // At once, from the narrowest to the widest.
      await extraction.sql(
        `CREATE TABLE w (id INT PRIMARY KEY, d DECIMAL(6,2), ${CHANGED})`,
        'INSERT INTO w (id, d) VALUES (1, -0.01), (2, 7)',
      );
      await extraction.runTable(of('w'), {}, extras);
      await extraction.sql('ALTER TABLE w MODIFY d DECIMAL(50,4)', 'INSERT INTO w (id, d) VALUES (3, -0.5)');
      await extraction.runTable(of('w'), {}, extras);
      expect(await compare(extraction, target.spec, [of('w')])).toMatchObject([
        { rowsCompared: 3, windowsDifferent: 0 },
      ]);
    });

    test('no name of a table decides where its rows go', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      const extras = { sink: target.spec };
      const names = [
        '..',
        '.',
        'a/b',
        '../up',
        'back\\slash',
        'C:x',
        '100%',
        'con',
        'NUL.txt',
        'dot.',
        'q?r',
        'a*b',
        'axb',
        '[ab]',
        'a',
        "it's",
        'x=1',
        'semi;colon',
        '漢字'.repeat(20),
        `${'漢字'.repeat(20)}一`,
        'é'.repeat(64),
        'rowid',
        'select',
      ];
      const tables = names.map((name, at) => of(name, at === 3 ? { as: '🌊'.repeat(64) } : {}));
      for (const name of names)
        await createTable(extraction, name, name.slice(0, 9).replaceAll(/['\\]/g, '-'));
      expect((await extraction.run(tables, { concurrency: 2 }, extras)).failures).toEqual([]);
      for (const name of names)
        await extraction.sql(`INSERT INTO ${quoteIdentifier(name)} (id, v) VALUES (2, 'b')`);
      expect((await extraction.run(tables, {}, extras)).runs.map(({ rows }) => rows)).toEqual(
        names.map(() => 1),
      );
      for (const compared of await compare(extraction, target.spec, tables)) {
        expect(compared).toMatchObject({ rowsCompared: 2, windowsDifferent: 0 });
      }
      await using states = await openStates(target.spec);
      expect(await states.states()).toHaveLength(names.length);
      // Everything is where the sink was asked to be.
      expect((await readdir(path.dirname(target.spec.location))).toSorted()).toEqual([
        path.basename(target.spec.location),
      ]);
      if (kind === 'parquet') {
        expect((await readdir(target.spec.location)).filter((name) => !name.startsWith('.'))).toEqual([
          'business',
        ]);
        const folders = await readdir(path.join(target.spec.location, 'business'));
        expect(folders).toHaveLength(names.length);
        expect(folders.every((folder) => /^[\w.!~'()%-]{1,255}$/.test(folder) && !folder.endsWith('.'))).toBe(
          true,
        );
      }
    });
  });

  test('tables that were loaded into one place by an earlier version are forgotten and loaded anew', async () => {
    await using extraction = await createExtraction(server);
    await createTable(extraction, 'Foo', 'Foo');
    await createTable(extraction, 'foo', 'foo', 'foo2');
    await extraction.runTable(of('Foo'));
    // As it was left: one table, and a watermark for each.
    await extraction.changeDuckdb(
      "INSERT INTO _tidemark.watermarks BY NAME SELECT * REPLACE ('foo' AS table_name) FROM _tidemark.watermarks",
    );
    const apart = [of('Foo'), of('foo', { as: 'foo_2' })];
    expect(await failure(extraction.run(apart))).toMatchObject({
      exitCode: 4,
      hints: [expect.stringContaining('watermarks reset --db=business --table=Foo')],
    });
    {
      await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
      const removed = await resetWatermarks({ sink, database: 'business', tables: ['Foo'] });
      expect(removed.map(({ table }) => table).toSorted()).toEqual(['Foo', 'foo']);
    }
    expect((await extraction.run(apart)).runs).toMatchObject([
      { table: 'Foo', mode: 'snapshot', rows: 1 },
      { table: 'foo', mode: 'snapshot', rows: 2 },
    ]);
    expect(await extraction.duckdb('SELECT v FROM business.foo_2 ORDER BY id')).toEqual([['foo'], ['foo2']]);
    expect(await extraction.duckdb('SELECT v FROM business."Foo"')).toEqual([['Foo']]);
  });
});
