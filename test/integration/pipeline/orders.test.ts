import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { planRuns } from '../../../src/pipeline/run/plan-runs.ts';
import { openSink, openStates } from '../../../src/sinks/open-sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const SPEC = { table: 'events', cursor: 'u', index: 'iu' } as const;
const TIME = 'u DATETIME(3) NOT NULL';

/** Tables whose index does not yield (cursor, key) in order, or that would have to be sorted to. */
const LAYOUTS = [
  [
    'partitioned by hash',
    `id INT NOT NULL, v INT, ${TIME}, PRIMARY KEY (id), KEY iu (u)`,
    'PARTITION BY HASH (id) PARTITIONS 7',
  ],
  [
    'partitioned by key',
    `id INT NOT NULL, v INT, ${TIME}, PRIMARY KEY (id), KEY iu (u)`,
    'PARTITION BY KEY (id) PARTITIONS 3',
  ],
  [
    'partitioned by range, with subpartitions',
    `id INT NOT NULL, v INT, ${TIME}, PRIMARY KEY (id, v), KEY iu (u)`,
    'PARTITION BY RANGE (v) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (1), PARTITION b VALUES LESS THAN MAXVALUE)',
  ],
  [
    'partitioned by list',
    `id INT NOT NULL, v INT NOT NULL, ${TIME}, PRIMARY KEY (id, v), KEY iu (u)`,
    'PARTITION BY LIST (v) (PARTITION a VALUES IN (0), PARTITION b VALUES IN (1))',
  ],
  ['of MyISAM', `id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u)`, 'ENGINE=MyISAM'],
  [
    'of MEMORY with a BTREE index',
    `id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u) USING BTREE`,
    'ENGINE=MEMORY',
  ],
  ['with a descending index', `id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u DESC)`, ''],
  ['with a descending key', `id INT, v INT, ${TIME}, PRIMARY KEY (id DESC), KEY iu (u)`, ''],
  ['with a key of prefixes', `id VARCHAR(50) NOT NULL, v INT, ${TIME}, PRIMARY KEY (id(10)), KEY iu (u)`, ''],
] as const;

const MARIADB_LAYOUTS = [
  ['of Aria', `id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u)`, 'ENGINE=Aria'],
  ['with system versioning', `id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u)`, 'WITH SYSTEM VERSIONING'],
  [
    'partitioned by system time',
    `id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u)`,
    'WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION h HISTORY, PARTITION c CURRENT)',
  ],
] as const;

/** 9,000 rows, 7 to a value of the cursor. */
async function fill(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `INSERT INTO events (id, v, u) SELECT n, n % 2, '2024-01-01' + INTERVAL n DIV 7 SECOND FROM ${numbers(4)} WHERE n <= 9000`,
    'ANALYZE TABLE events',
  );
}

async function compared(extraction: Extraction, action: 'mend' | 'report' = 'report') {
  const { database, duckdbFile } = extraction;
  await using sink = await openSink({ kind: 'duckdb', location: duckdbFile });
  const databases = [{ database, tables: [extracted(SPEC)] }];
  const [done] = await reconcile({
    databases,
    sink,
    comparison: { by: 'rows', action },
    options: { statementRows: 1000 },
  });
  return done!;
}

describe.each(servers)('on $label a table', (server) => {
  const layouts = server.flavour === 'mariadb' ? [...LAYOUTS, ...MARIADB_LAYOUTS] : LAYOUTS;

  test.each(layouts)('%s is loaded, goes on, and is compared', async (_, columns, rest) => {
    await using extraction = await createExtraction(server);
    await extraction.sql(`CREATE TABLE events (${columns}) ${rest}`);
    await fill(extraction);
    const options = { statementRows: 500, commitRows: 1000 };
    expect(await extraction.runTable(SPEC, options)).toMatchObject({ mode: 'snapshot', rows: 9000 });
    expect(await extraction.compare('events')).toEqual([]);
    expect(await extraction.runTable(SPEC, options)).toMatchObject({ mode: 'incremental', rows: 0 });

    // Every second row of the first half, again with ties.
    await extraction.sql(
      "UPDATE events SET v = v, u = '2024-02-01' + INTERVAL id DIV 20 SECOND WHERE id % 2 = 0 AND id <= 4500",
    );
    const second = await extraction.runTable(SPEC, options);
    expect(second).toMatchObject({ rows: 2250 });
    // Half of a statement's rows by estimate, or fewer, so there are up to four times as many slices as statements.
    expect(second.serverRowsRead).toBeLessThanOrEqual(2250 * 1.05 + 400);
    expect(await extraction.compare('events')).toEqual([]);

    expect(await compared(extraction)).toMatchObject({ missing: 0, extra: 0, different: 0 });
    await extraction.changeDuckdb('DELETE FROM business.events WHERE id::INT IN (5, 8000)');
    expect(await compared(extraction, 'mend')).toMatchObject({ missing: 2, extra: 0, different: 0 });
    expect(await extraction.compare('events')).toEqual([]);

    await using states = await openStates({ kind: 'duckdb', location: extraction.duckdbFile });
    const databases = [{ database: extraction.database, tables: [extracted(SPEC)] }];
    expect(await planRuns({ databases, states, options: { lagSeconds: 0 } })).toMatchObject([
      { mode: 'incremental' },
    ]);
  });

  test('whose index orders ties since the last run goes on from its watermark, and back', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(`CREATE TABLE events (id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u DESC))`);
    await fill(extraction);
    await extraction.runTable(SPEC);
    await extraction.sql(
      'ALTER TABLE events DROP INDEX iu, ADD INDEX iu (u)',
      `UPDATE events SET v = 5, u = '2024-02-01' WHERE id <= 30`,
    );
    await extraction.runTable(SPEC, { statementRows: 10 });
    expect(await extraction.compare('events')).toEqual([]);
    await extraction.sql(
      'ALTER TABLE events DROP INDEX iu, ADD INDEX iu (u DESC)',
      `UPDATE events SET v = 6, u = '2024-02-01' WHERE id BETWEEN 20 AND 50`,
    );
    await extraction.runTable(SPEC, { statementRows: 10 });
    expect(await extraction.compare('events')).toEqual([]);
  });

  test('of 100,000 rows, of which 40,000 have one value, is read once, in ranges of the index', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE events (id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u)) ENGINE=MyISAM`,
      `INSERT INTO events SELECT n, 0, '2024-01-01' FROM ${numbers(5)}`,
    );
    await extraction.runTable(SPEC);
    await extraction.sql(
      "UPDATE events SET v = 1, u = IF(id > 60000, '2024-02-01 12:00', '2024-02-01' + INTERVAL id SECOND)",
    );
    const second = await extraction.runTable(SPEC);
    expect(second).toMatchObject({ mode: 'incremental', rows: 100_000 });
    expect(second.serverRowsRead).toBeLessThanOrEqual(100_000 * 1.05 + 400);
    expect(await extraction.compare('events')).toEqual([]);
  });

  test('without transactions says so', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE events (id INT PRIMARY KEY, v INT, ${TIME}, KEY iu (u)) ENGINE=MyISAM`,
    );
    const { warnings } = await extraction.runTable(SPEC);
    expect(warnings).toContainEqual({ kind: 'no-transactions', engine: 'MyISAM' });
  });

  test.each([
    ['KEY iu (u)', 'ENGINE=MEMORY', /HASH index/],
    ['KEY iu (s(3))', '', /begin/],
    ['KEY iu (v, u)', '', /begins with \(v\)/],
    ['FULLTEXT KEY iu (s)', '', /FULLTEXT/],
  ])('with the index %s is refused, and never told to build what is there', async (key, engine, reason) => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE events (id INT PRIMARY KEY, v INT, s VARCHAR(20), ${TIME}, ${key}) ${engine}`,
    );
    const refused = await extraction.runTable(SPEC).then(
      () => null,
      (error: { readonly exitCode: number; readonly message: string; readonly hints: readonly string[] }) =>
        error,
    );
    expect(refused).toMatchObject({ exitCode: 4 });
    expect(refused?.message).toContain('does not serve the cursor');
    const advice = refused?.hints.join('\n') ?? '';
    expect(advice).toMatch(reason);
    expect(advice).not.toContain('migrate:create');
  });

  test.each(
    server.flavour === 'mysql'
      ? ['utf8mb4_bin', 'utf8mb4_unicode_ci', 'utf8mb4_0900_ai_ci']
      : ['utf8mb4_bin', 'utf8mb4_unicode_ci', 'utf8mb4_unicode_520_ci', 'utf8mb4_uca1400_ai_ci'],
  )('with a key of text in %s and whatever characters goes on', async (collation) => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE \`ev"ents\` (a VARCHAR(20) COLLATE ${collation} NOT NULL, b INT NOT NULL, v INT, ${TIME}, PRIMARY KEY (a, b), KEY iu (u))`,
      `INSERT INTO \`ev"ents\` VALUES ('aaa', 1, 1, '2024-01-01'), ('z"q', 1, 1, '2024-01-01'), ('z"q', 2, 1, '2024-01-01')`,
    );
    const spec = { ...SPEC, table: 'ev"ents' };
    const run = () => extraction.runTable(spec, { statementRows: 1 });
    expect(await run()).toMatchObject({ rows: 3 });
    await extraction.sql(
      `INSERT INTO \`ev"ents\` VALUES ('z\\t"\\Z', 1, 1, '2024-01-01 00:00:01'), (X'7A01', 7, 1, '2024-01-01 00:00:01')`,
    );
    expect(await run()).toMatchObject({ mode: 'incremental', rows: 2 });
    await extraction.sql(`INSERT INTO \`ev"ents\` VALUES ('zzz', 1, 1, '2024-01-01 00:00:02')`);
    expect(await run()).toMatchObject({ mode: 'incremental', rows: 1 });
  });

  test.each([
    ['DECIMAL(16,6)', {}, 1],
    ['DECIMAL(13,3)', { epoch: 'seconds' as const }, 1],
    ['DECIMAL(16,3)', { epoch: 'milliseconds' as const }, 1000],
  ])('with a time in %s is read as an epoch (%o)', async (type, unit, perSecond) => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE events (id INT PRIMARY KEY, v INT, u ${type} NOT NULL, KEY iu (u))`,
      `INSERT INTO events SELECT n, 1, (1700000000 + n DIV 3 + 0.25) * ${perSecond} FROM ${numbers(3)}`,
    );
    const spec = { ...SPEC, ...unit };
    expect(await extraction.runTable(spec, { statementRows: 7 })).toMatchObject({ rows: 1000 });
    // Now, and an hour ahead: the bound holds the later one back.
    await extraction.sql(
      `INSERT INTO events VALUES (1001, 2, (UNIX_TIMESTAMP() - 2) * ${perSecond}), (1002, 2, (UNIX_TIMESTAMP() + 3600) * ${perSecond})`,
    );
    const second = await extraction.runTable(spec, { statementRows: 7 });
    expect(second).toMatchObject({ mode: 'incremental', rows: 1 });
    expect(await extraction.runTable(spec, { lookback: 60 })).toMatchObject({ rows: 1 });
    expect(
      await extraction.runTable(spec, { start: String(1700000000 * perSecond + perSecond * 0.25) }),
    ).toMatchObject({ rows: 1001 });
  });

  test('with ids in DECIMAL(20,0) is read by them, and one with a DOUBLE is refused', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE events (u DECIMAL(20,0) PRIMARY KEY, d DOUBLE NOT NULL, KEY iu (d))',
      `INSERT INTO events SELECT 99999999999999990000 + n, n FROM ${numbers(2)}`,
    );
    const spec = { ...SPEC, index: 'PRIMARY' };
    expect(await extraction.runTable(spec, { statementRows: 7 })).toMatchObject({ rows: 100 });
    await extraction.sql('INSERT INTO events VALUES (99999999999999999999, 1)');
    expect(await extraction.runTable(spec)).toMatchObject({
      rows: 1,
      watermark: { to: ['99999999999999999999'] },
    });
    await expect(extraction.runTable({ ...SPEC, cursor: 'd' })).rejects.toMatchObject({ exitCode: 3 });
  });
});
