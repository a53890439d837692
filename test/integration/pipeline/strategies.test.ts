import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { planRuns } from '../../../src/pipeline/run/plan-runs.ts';
import { showWatermarks } from '../../../src/pipeline/run/watermarks.ts';
import { openSink, openStates } from '../../../src/sinks/open-sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { connect, servers } from '../../support/schemas.ts';
import { createTestSink, sinkKinds } from '../../support/test-sink.ts';

const FULL = { table: 'things', strategy: 'full' } as const;
const COMPARE = { table: 'things', strategy: 'compare' } as const;

async function createThings(extraction: Extraction): Promise<void> {
  await extraction.sql(
    'CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2))',
    `INSERT INTO things SELECT n, CONCAT('n', n), n / 3 FROM ${numbers(3)}`,
  );
}

describe.each(servers)('without a cursor, on $label', (server) => {
  describe.each(sinkKinds)('into %s', (kind) => {
    test('full replaces all rows with every run', async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await createThings(extraction);
      const run = () => extraction.runTable(FULL, { statementRows: 100 }, { sink: sink.spec });
      expect(await run()).toMatchObject({
        mode: 'full',
        rows: 1000,
        warnings: [],
        watermark: { from: null, to: null },
        source: { schema: extraction.schema },
      });
      await extraction.sql('DELETE FROM things WHERE id <= 10', "UPDATE things SET name = 'x' WHERE id = 11");
      expect(await run()).toMatchObject({ mode: 'full', rows: 990 });
      expect(
        await sink.rows(
          "SELECT count(*)::INT, min(id)::INT, count(*) FILTER (name = 'x')::INT FROM {things}",
        ),
      ).toEqual([[990, 11, 1]]);
    });

    test('full takes tables and views without a key, of any key and empty ones', async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await extraction.sql(
        "CREATE TABLE heap (n INT, t ENUM('a','b'))",
        "INSERT INTO heap VALUES (1, 'a'), (1, 'a'), (NULL, 'b')",
        "CREATE TABLE odd (t ENUM('b','a') PRIMARY KEY, n DOUBLE)",
        "INSERT INTO odd VALUES ('a', 1.5), ('b', 2.5)",
        'CREATE TABLE nothing (id INT PRIMARY KEY)',
        'CREATE VIEW seen AS SELECT t, COUNT(*) AS times FROM heap GROUP BY t',
        'CREATE TABLE old (id INT PRIMARY KEY, d DATETIME) ENGINE=MyISAM',
        "INSERT INTO old VALUES (1, '2024-01-01')",
      );
      const tables = ['heap', 'odd', 'nothing', 'seen', 'old'].map(
        (table) => ({ table, strategy: 'full' }) as const,
      );
      for (let time = 0; time < 2; time += 1) {
        const { runs, ok } = await extraction.run(tables, {}, { sink: sink.spec });
        expect(ok).toBe(true);
        expect(runs.map(({ table, rows }) => [table, rows])).toEqual([
          ['heap', 3],
          ['odd', 2],
          ['nothing', 0],
          ['seen', 2],
          ['old', 1],
        ]);
        expect(runs.map(({ warnings }) => warnings.map((warning) => warning.kind))).toEqual([
          [],
          [],
          [],
          [],
          ['no-transactions'],
        ]);
      }
      expect(await sink.rows('SELECT n, t FROM {heap} ORDER BY n')).toEqual([
        [1, 'a'],
        [1, 'a'],
        [null, 'b'],
      ]);
      expect(await sink.rows('SELECT t, n FROM {odd} ORDER BY t')).toEqual([
        ['a', 1.5],
        ['b', 2.5],
      ]);
      expect(await sink.rows('SELECT t, times::INT FROM {seen} ORDER BY t')).toEqual([
        ['a', 2],
        ['b', 1],
      ]);
    });

    test('compare moves what differs, deletes included', async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await createThings(extraction);
      const run = () => extraction.runTable(COMPARE, { statementRows: 100 }, { sink: sink.spec });
      expect(await run()).toMatchObject({ mode: 'snapshot', rows: 1000, warnings: [] });
      expect(await run()).toMatchObject({ mode: 'compare', rows: 0, warnings: [] });
      await extraction.sql(
        'DELETE FROM things WHERE id IN (5, 500)',
        "UPDATE things SET name = 'changed' WHERE id IN (7, 900)",
        "INSERT INTO things VALUES (5000, 'new', 1), (-1, 'new', 2)",
      );
      expect(await run()).toMatchObject({ mode: 'compare', rows: 6 });
      expect(await run()).toMatchObject({ mode: 'compare', rows: 0 });
      if (kind === 'duckdb') {
        expect(await sink.rows('SELECT count(*)::INT, sum(id)::INT FROM {things}')).toEqual([
          [1000, 500_500 - 505 + 4999],
        ]);
      }
      await using states = await openStates(sink.spec);
      const [record] = await states.runs(1);
      expect(record).toMatchObject({ mode: 'compare', rows: 0, table: 'things' });
      const databases = [{ database: extraction.database, tables: [extracted(COMPARE)] }];
      expect(await showWatermarks({ states, databases })).toMatchObject([
        { cursor: [], value: null, rows: kind === 'duckdb' ? 1000 : 1006, lagSeconds: null, loading: false },
      ]);
      expect(await planRuns({ databases, states })).toMatchObject([
        { mode: 'compare', index: 'PRIMARY', rowsEstimated: null, query: null },
      ]);
    });
  });

  test('compare finds changes that others make while it runs with the next run, and never fails for them', async () => {
    await using extraction = await createExtraction(server);
    await createThings(extraction);
    await extraction.runTable(COMPARE);
    const other = await connect(server);
    await other.changeUser({ database: extraction.schema });
    const done = new AbortController();
    const writing = (async () => {
      for (let n = 0; !done.signal.aborted; n += 1) {
        await other.query('UPDATE things SET price = ? WHERE id = ?', [n, 1 + (n % 1000)]);
      }
    })();
    try {
      for (let time = 0; time < 2; time += 1) {
        expect(await extraction.runTable(COMPARE, { statementRows: 50 })).toMatchObject({ mode: 'compare' });
      }
    } finally {
      done.abort();
      await writing;
      await other.end();
    }
    await extraction.runTable(COMPARE);
    expect(await extraction.compare('things')).toEqual([]);
  });

  test('a strategy may change: the table is loaded or compared again', async () => {
    await using extraction = await createExtraction(server);
    await createThings(extraction);
    const ids = { table: 'things', cursor: 'id', index: 'PRIMARY' } as const;
    const modes: string[] = [];
    for (const spec of [FULL, ids, ids, COMPARE, FULL, COMPARE, ids, FULL]) {
      modes.push((await extraction.runTable(spec)).mode);
      expect(await extraction.compare('things')).toEqual([]);
    }
    expect(modes).toEqual([
      'full',
      'snapshot',
      'incremental',
      'compare',
      'full',
      'compare',
      'snapshot',
      'full',
    ]);
  });

  test('what a table without a cursor cannot be asked for is refused before anything is read', async () => {
    await using extraction = await createExtraction(server);
    await createThings(extraction);
    await extraction.sql(
      'CREATE TABLE heap (n INT)',
      'CREATE VIEW seen AS SELECT id FROM things',
      "CREATE TABLE odd (t ENUM('b','a') PRIMARY KEY)",
    );
    for (const options of [{ append: true }, { start: '5' }, { end: '5' }, { lookback: 5 }]) {
      await expect(extraction.runTable(FULL, options)).rejects.toMatchObject({
        exitCode: 2,
        message: `--${Object.keys(options)[0]}: these tables have no cursor: business.things (full)`,
      });
    }
    for (const table of ['heap', 'seen', 'odd']) {
      await expect(extraction.runTable({ table, strategy: 'compare' })).rejects.toThrow(
        /use strategy: 'full'/,
      );
    }
    await expect(extraction.runTable({ table: 'seen', cursor: 'id', index: 'i' })).rejects.toThrow(
      /strategy: 'full' replaces it whole/,
    );
    await extraction.runTable({ table: 'heap', strategy: 'full' });
    await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
    const heap = [
      { database: extraction.database, tables: [extracted({ table: 'heap', strategy: 'full' })] },
    ];
    const comparison = { by: 'rows', action: 'report' } as const;
    await expect(reconcile({ databases: heap, sink, comparison })).rejects.toThrow(
      /has no key to compare rows by/,
    );
    await sink[Symbol.asyncDispose]();
    await extraction.runTable({ table: 'things', cursor: 'id', index: 'PRIMARY', append: true });
    await expect(extraction.runTable(FULL)).rejects.toMatchObject({ exitCode: 4 });
  });

  test('full has the rows of one moment, however long it reads, and says that its snapshot was held for long', async () => {
    await using extraction = await createExtraction(server);
    await createThings(extraction);
    await extraction.sql('UPDATE things SET price = 100');
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const run = extraction.runTable(
      FULL,
      { statementRows: 100, maxRowsPerSecond: 500, maxSnapshotSeconds: 1 },
      {
        observe: (event) => {
          if (event.kind === 'progress') begin();
        },
      },
    );
    await begun;
    // From a row that is read already to one that is not.
    await extraction.sql(
      'START TRANSACTION',
      'UPDATE things SET price = price - 50 WHERE id = 1',
      'UPDATE things SET price = price + 50 WHERE id = 1000',
      'COMMIT',
    );
    const { warnings } = await run;
    expect(await extraction.duckdb('SELECT sum(price)::INT FROM business.things')).toEqual([[100_000]]);
    expect(warnings).toEqual([{ kind: 'one-snapshot', because: 'full' }]);
  });

  test('readers see the old rows until a full load is complete, and a load that was cut short begins again', async () => {
    await using extraction = await createExtraction(server);
    await createThings(extraction);
    await extraction.runTable(FULL);
    await extraction.sql('UPDATE things SET price = 0');
    const cut = new AbortController();
    const cutShort = extraction.run(
      [FULL],
      { statementRows: 10, commitRows: 10 },
      {
        signal: cut.signal,
        observe: (event) => {
          if (event.kind === 'committed') cut.abort();
        },
      },
    );
    await expect(cutShort).rejects.toThrow();
    expect(await extraction.duckdb('SELECT count(*)::INT FROM business.things WHERE price <> 0')).toEqual([
      [1000],
    ]);
    expect(await extraction.runTable(FULL)).toMatchObject({ rows: 1000 });
    expect(await extraction.compare('things')).toEqual([]);
  });
});
