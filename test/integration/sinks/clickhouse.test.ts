import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import zlib from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { openSink, openStates, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import type { TargetTable } from '../../../src/sinks/sink.ts';
import { clickhouseOfFile } from '../../support/clickhouse-of-file.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { extracted } from '../../support/extracted.ts';
import { servers } from '../../support/schemas.ts';
import type { ClickhouseServer } from '../../support/servers/clickhouse-server.ts';
import { startStatementProxy } from '../../support/statement-proxy.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'idx_changed' };
const SMALL_STEPS = { statementRows: 100, commitRows: 300 };
/** What the sink does of itself is the same whatever server the rows come from. */
const source = servers[0]!;

let server: ClickhouseServer;
let databases = 0;

beforeAll(async () => {
  server = await clickhouseOfFile();
}, 300_000);

/** A database of its own as a sink, and a reader that shares no code with it. */
function warehouse(parameters = '', port = server.port) {
  const name = `warehouse_${(databases += 1)}`;
  const spec: SinkSpec = {
    kind: 'clickhouse',
    location: `clickhouse://default@127.0.0.1:${port}/${name}${parameters}`,
    environment: { CLICKHOUSE_PASSWORD: server.password },
  };
  return {
    name,
    spec,
    /** The rows of a query, in which WAREHOUSE is the database, as values. */
    async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
      const rows = await server.query<Record<string, unknown>>(sql.replaceAll('WAREHOUSE', name));
      return rows.map((row) => Object.values(row));
    },
  };
}

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `CREATE TABLE orders (id INT UNSIGNED PRIMARY KEY, n INT, price DECIMAL(12,2), note VARCHAR(200), changed DATETIME(3) NOT NULL,
       KEY idx_changed (changed)) CHARACTER SET utf8mb4`,
    `INSERT INTO orders SELECT n, n MOD 7, n / 8, CONCAT('Nr ', n, ' 盐'), TIMESTAMPADD(SECOND, n DIV 3, '2024-01-01') FROM ${numbers(3)}`,
  );
}

const FROM_SOURCE =
  'SELECT CAST(id AS CHAR) AS id, n, CAST(price AS CHAR) AS price, note, DATE_FORMAT(changed, "%Y-%m-%d %H:%i:%s.%f") AS changed FROM orders ORDER BY orders.id';
const FROM_SINK =
  'SELECT toString(id) AS i, n, toDecimalString(price, 2) AS p, note, toString(changed) AS c FROM WAREHOUSE.business__orders ORDER BY id';

async function expectEqual(extraction: Extraction, sink: ReturnType<typeof warehouse>): Promise<void> {
  const [rows] = await extraction.connection.query({ sql: FROM_SOURCE, rowsAsArray: true });
  expect(await sink.rows(FROM_SINK)).toEqual(rows);
}

describe.each(servers)('ClickHouse filled from $label', (from) => {
  test(
    'a first load, a run of what changed, a key that grew, deletes, a refresh',
    { timeout: 60_000 },
    async () => {
      await using extraction = await createExtraction(from);
      const sink = warehouse();
      await createOrders(extraction);
      const run = (options = {}) =>
        extraction.runTable(ORDERS, { ...SMALL_STEPS, ...options }, { sink: sink.spec });
      expect(await run()).toMatchObject({ mode: 'snapshot', rows: 1000 });
      await expectEqual(extraction, sink);
      await extraction.sql(
        'ALTER TABLE orders MODIFY id BIGINT UNSIGNED, ADD COLUMN city VARCHAR(20)',
        "UPDATE orders SET n = 99, city = 'Oslo', changed = '2024-02-01' WHERE id <= 250",
        "INSERT INTO orders VALUES (18446744073709551615, -1, 0.01, 'letzte', '2024-02-02', NULL)",
      );
      expect(await run()).toMatchObject({ mode: 'incremental', rows: 251 });
      await expectEqual(extraction, sink);
      expect(await run()).toMatchObject({ rows: 0 });
      await extraction.sql(
        'DELETE FROM orders WHERE id BETWEEN 100 AND 109',
        'UPDATE orders SET n = 5 WHERE id = 7',
      );
      await using opened = await openSink(sink.spec);
      await reconcile({
        databases: [{ database: extraction.database, tables: [extracted(ORDERS)] }],
        sink: opened,
        comparison: { by: 'rows', action: 'mend' },
        options: SMALL_STEPS,
      });
      await expectEqual(extraction, sink);
      expect(await run({ fullRefresh: true })).toMatchObject({ rows: 991 });
      await expectEqual(extraction, sink);
      await using states = await openStates(sink.spec);
      expect(await states.states()).toMatchObject([{ table: 'orders', rows: 991, loading: null }]);
      expect(await states.runs(9)).toHaveLength(4);
      expect(states.location).not.toContain(server.password);
    },
  );
});

/** A type, a value as the source's SQL has it, and what ClickHouse says of it. */
const TYPES: readonly (readonly [string, string, string])[] = [
  ['TINYINT', '-128', '-128'],
  ['MEDIUMINT UNSIGNED', '16777215', '16777215'],
  ['BIGINT UNSIGNED', '18446744073709551615', '18446744073709551615'],
  ['DECIMAL(4,2)', '-99.99', '-99.99'],
  ['DECIMAL(38,10)', '-9999999999999999999999999999.9999999999', '-9999999999999999999999999999.9999999999'],
  [
    'DECIMAL(65,30)',
    '-99999999999999999999999999999999999.999999999999999999999999999999',
    '-99999999999999999999999999999999999.999999999999999999999999999999',
  ],
  ['DOUBLE', '-2.5e-7', '-2.5e-7'],
  ['BIT(64)', '18446744073709551615', '18446744073709551615'],
  ['DATE', "'2299-12-31'", '2299-12-31'],
  ['DATE', "'1900-01-01'", '1900-01-01'],
  ['DATETIME(6)', "'1900-01-01 00:00:00.000000'", '1900-01-01 00:00:00.000000'],
  ['DATETIME(6)', "'2299-12-31 23:59:59.999999'", '2299-12-31 23:59:59.999999'],
  ['TIME(6)', "'-838:59:59'", '-838:59:59.000000'],
  ["ENUM('a','é')", "'é'", 'é'],
  ['JSON', `'{"a": 1}'`, '{"a": 1}'],
  ['VARCHAR(20)', String.raw`'back\\slash \0 ''x'''`, "back\\slash \0 'x'"],
];

test('every kind of type, as it is at the source', async () => {
  await using extraction = await createExtraction(source);
  const sink = warehouse();
  const columns = TYPES.map(([type], at) => `c${at} ${type}`);
  await extraction.sql(
    `CREATE TABLE kinds (id INT PRIMARY KEY, ${columns.join(', ')}, b VARBINARY(9), changed DATETIME NOT NULL, KEY idx_changed (changed))`,
    `INSERT INTO kinds VALUES (1, ${TYPES.map(([, value]) => value).join(', ')}, x'00FF80', '2024-01-01'),
       (2, ${TYPES.map(() => 'NULL').join(', ')}, NULL, '2024-01-01')`,
  );
  await extraction.runTable({ ...ORDERS, table: 'kinds' }, {}, { sink: sink.spec });
  const decimals = TYPES.map(([type], at) => {
    const scale = /^DECIMAL\(\d+,(\d+)\)/.exec(type)?.[1];
    return scale === undefined ? `toString(c${at}) AS v${at}` : `toDecimalString(c${at}, ${scale}) AS v${at}`;
  });
  const read = (id: number) =>
    sink.rows(`SELECT ${decimals.join(', ')}, hex(b) AS h FROM WAREHOUSE.business__kinds WHERE id = ${id}`);
  expect(await read(1)).toEqual([[...TYPES.map(([, , value]) => value), '00FF80']]);
  expect(await read(2)).toEqual([TYPES.map(() => null).concat(null)]);
});

describe('dates that ClickHouse cannot hold', () => {
  const OUTSIDE = [
    "'9999-12-31', '1899-12-31 23:59:59.999999'",
    "'1899-12-31', '9999-12-31 23:59:59.000000'",
  ];

  async function load(policy: string) {
    await using extraction = await createExtraction(source);
    const sink = warehouse(policy);
    await extraction.sql(
      'CREATE TABLE days (id INT PRIMARY KEY, day DATE, at DATETIME(6), changed DATETIME NOT NULL, KEY idx_changed (changed))',
      `INSERT INTO days VALUES (1, '2024-02-29', '2024-02-29 01:02:03.4', '2024-01-01'),
         ${OUTSIDE.map((values, at) => `(${at + 2}, ${values}, '2024-01-01')`).join(', ')}`,
    );
    const { failures } = await extraction.run([{ ...ORDERS, table: 'days' }], {}, { sink: sink.spec });
    return { sink, failure: failures[0]?.error };
  }

  const READ = 'SELECT toString(day) AS d, toString(at) AS t FROM WAREHOUSE.business__days ORDER BY id';
  const INSIDE = ['2024-02-29', '2024-02-29 01:02:03.400000'];

  test('end the run, which names column, value and the ways out', async () => {
    const { failure } = await load('');
    expect(failure).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/column "(day|at)" has (9999|1899)/) as string,
      hints: [expect.stringContaining('outOfRange=text')],
    });
  });

  test('are NULL where the policy says so, and counted', async () => {
    const { sink, failure } = await load('?outOfRange=null');
    expect(failure).toBeUndefined();
    expect(await sink.rows(READ)).toEqual([INSIDE, [null, null], [null, null]]);
    expect(await sink.rows('SELECT max(toUInt32(out_of_range)) AS n FROM WAREHOUSE._tidemark_runs')).toEqual([
      [4],
    ]);
  });

  test('are kept as texts beside where the policy says so', async () => {
    const { sink, failure } = await load('?outOfRange=text');
    expect(failure).toBeUndefined();
    expect(await sink.rows(READ)).toEqual([INSIDE, [null, null], [null, null]]);
    expect(
      await sink.rows(
        'SELECT _tidemark_text_day, _tidemark_text_at FROM WAREHOUSE.business__days ORDER BY id',
      ),
    ).toEqual([
      [null, null],
      ['9999-12-31', '1899-12-31 23:59:59.999999'],
      ['1899-12-31', '9999-12-31 23:59:59.000000'],
    ]);
  });
});

test('rows are compressed on their way', async () => {
  await using extraction = await createExtraction(source);
  await createOrders(extraction);
  for (const compression of ['gzip', ...('zstdCompress' in zlib ? ['zstd'] : [])]) {
    const sink = warehouse(`?compression=${compression}`);
    await extraction.runTable(ORDERS, SMALL_STEPS, { sink: sink.spec });
    await expectEqual(extraction, sink);
  }
});

test('a password comes from the environment or a file, and is said by nobody', async () => {
  const { spec } = warehouse();
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'password');
  await writeFile(file, `${server.password}\n`);
  const as = (environment: NonNullable<SinkSpec['environment']>) => openSink({ ...spec, environment });
  const opened = await as({ CLICKHOUSE_PASSWORD_FILE: file });
  await opened[Symbol.asyncDispose]();
  const refused: unknown = await as({ CLICKHOUSE_PASSWORD: 'not-the-password-1' }).catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('the login was refused') as string,
  });
  expect(JSON.stringify(refused)).not.toContain('not-the-password-1');
  await expect(as({ CLICKHOUSE_PASSWORD_FILE: '/nowhere/password' })).rejects.toMatchObject({ exitCode: 2 });
  const nobody = { ...spec, location: 'clickhouse://default@127.0.0.1:9/warehouse' };
  await expect(openSink(nobody)).rejects.toMatchObject({
    exitCode: 3,
    hints: [expect.stringContaining('HTTP interface')],
  });
});

function target(table: string): TargetTable {
  return {
    database: 'business',
    table,
    formerName: null,
    columns: [{ name: 'id', type: { kind: 'integer', bytes: 4, signed: true } }],
    key: ['id'],
    cursor: 'id',
    append: false,
  };
}

test('a table that another process writes is held; others are not', async () => {
  const { spec } = warehouse();
  await using one = await openSink(spec);
  await using other = await openSink(spec);
  await using held = await one.openTable(target('orders'));
  expect(held.state).toBeNull();
  await expect(other.openTable(target('orders'))).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining(`process ${process.pid}`) as string,
  });
  await using free = await other.openTable(target('places'));
  expect(free.state).toBeNull();
});

test('on a cluster every statement is one that the engine understands', { timeout: 60_000 }, async () => {
  await using proxy = await startStatementProxy(server.port);
  await using extraction = await createExtraction(source);
  await createOrders(extraction);
  const seen: string[] = [];
  // There is no cluster to run them on: they are run as they would be without one.
  proxy.rewrite((sql) => {
    seen.push(sql);
    return sql
      .replaceAll(' ON CLUSTER `main`', '')
      .replaceAll(/Replicated(\w*MergeTree)\('[^']*', '[^']*'(?:, )?/g, '$1(')
      .replace(/FROM system\.clusters WHERE cluster = 'main'/, 'FROM (SELECT 1 AS shard_num)');
  });
  const sink = warehouse('?cluster=main', proxy.port);
  await extraction.runTable(ORDERS, SMALL_STEPS, { sink: sink.spec });
  await extraction.sql("UPDATE orders SET n = 99, changed = '2024-02-01' WHERE id <= 250");
  await extraction.runTable(ORDERS, SMALL_STEPS, { sink: sink.spec });
  await expectEqual(extraction, sink);
  const ddl = seen.filter((sql) => /^\s*(CREATE|ALTER|RENAME|EXCHANGE|DROP|REPLACE|TRUNCATE)/.test(sql));
  for (const sql of ddl) {
    expect(sql).toContain('ON CLUSTER `main`');
    await server.run(`EXPLAIN AST ${sql}`);
  }
  const engines = ddl.flatMap((sql) => /ENGINE = (\w+)/.exec(sql)?.slice(1) ?? []);
  expect(new Set(engines)).toEqual(new Set(['ReplicatedReplacingMergeTree', 'ReplicatedMergeTree']));
});
