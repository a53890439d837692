import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Reconciliation, reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import type { ComparisonRequest } from '../../../src/sinks/sink.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const SPEC = { table: 'rows_of', cursor: 'changed', index: 'changed' } as const;
const ROWS_ONLY = { by: 'rows', action: 'report' } as const;

async function compare(
  extraction: Extraction,
  comparison: ComparisonRequest,
  {
    spec = SPEC,
    statementRows = 122_880,
  }: { readonly spec?: TableSpec; readonly statementRows?: number } = {},
): Promise<Reconciliation> {
  await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
  const databases = [{ database: extraction.database, tables: [extracted(spec)] }];
  const [done] = await reconcile({ databases, sink, comparison, options: { statementRows } });
  return done!;
}

/** A column definition, and SQL of values: edges and what chance brings. */
interface Kind {
  readonly definition: string;
  readonly values: fc.Arbitrary<string>;
  readonly only?: 'mysql' | 'mariadb';
}

const hex = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((bytes) => `X'${Buffer.from(bytes).toString('hex')}'`);
const text = (maxLength: number) =>
  fc
    .string({ maxLength, unit: 'binary' })
    .map((value) => `CONVERT(X'${Buffer.from(value).toString('hex')}' USING utf8mb4)`);
const integer = (min: bigint, max: bigint) => fc.bigInt({ min, max }).map(String);
const decimal = (digits: number, scale: number) =>
  integer(-(10n ** BigInt(digits)) + 1n, 10n ** BigInt(digits) - 1n).map((value) => {
    const padded = value.replace('-', '').padStart(scale + 1, '0');
    return `${value.startsWith('-') ? '-' : ''}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  });
const time = (from: string, to: string) =>
  fc
    .date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
    .map((date) => `'${date.toISOString().replace('T', ' ').slice(0, -1)}'`);
const plainDouble = fc
  .integer({ min: -(2 ** 31), max: 2 ** 31 })
  .chain((whole) => fc.constantFrom(1, 2, 3, 7, 1000).map((by) => `${whole / by}`))
  .filter((value) => !value.includes('e'));

const KINDS: readonly Kind[] = [
  { definition: 'TINYINT', values: integer(-128n, 127n) },
  { definition: 'SMALLINT UNSIGNED', values: integer(0n, 65_535n) },
  { definition: 'INT(8) ZEROFILL', values: integer(0n, 2n ** 32n - 1n) },
  { definition: 'BIGINT', values: integer(-(2n ** 63n), 2n ** 63n - 1n) },
  { definition: 'BIGINT UNSIGNED', values: integer(0n, 2n ** 64n - 1n) },
  { definition: 'DECIMAL(10,2) ZEROFILL', values: fc.constantFrom('0', '0.50', '99999999.99') },
  { definition: 'DECIMAL(38,10)', values: decimal(38, 10) },
  { definition: 'DECIMAL(20,20)', values: decimal(20, 20) },
  { definition: 'DECIMAL(65,30)', values: decimal(65, 30) },
  { definition: 'FLOAT', values: plainDouble },
  { definition: 'DOUBLE', values: plainDouble },
  { definition: 'BIT(64)', values: integer(0n, 2n ** 64n - 1n) },
  { definition: 'BIT(3)', values: integer(0n, 7n) },
  { definition: 'YEAR', values: fc.constantFrom('0', '1901', '2155') },
  {
    definition: 'DATE',
    values: fc.oneof(
      fc.constantFrom("'0000-00-00'", "'2024-00-00'", "'2024-02-00'", "'0001-01-01'", "'9999-12-31'"),
      time('0001-01-01', '9999-12-31'),
    ),
  },
  {
    definition: 'DATETIME(6)',
    values: fc.oneof(
      fc.constantFrom("'0000-00-00'", "'9999-12-31 23:59:59.999999'", "'1969-12-31 23:59:59.999999'"),
      time('0001-01-01', '9999-12-31'),
    ),
  },
  { definition: 'DATETIME', values: time('0001-01-01', '9999-12-30') },
  { definition: 'TIMESTAMP(3) NULL', values: time('1970-01-01T00:00:01Z', '2038-01-19') },
  {
    definition: 'TIME(6)',
    values: fc.constantFrom("'-838:59:58.999999'", "'-00:00:00.000001'", "'00:00:00'", "'838:59:59'"),
  },
  { definition: 'CHAR(9)', values: fc.oneof(fc.constantFrom("'  a'", "'a,x'", "''"), text(9)) },
  {
    definition: 'VARCHAR(20) COLLATE utf8mb4_bin',
    values: fc.oneof(fc.constantFrom("''", "'a '", "'a'"), text(20)),
  },
  { definition: 'VARCHAR(20) CHARACTER SET latin1', values: fc.constantFrom("'café'", "X'80'", "''") },
  { definition: 'VARCHAR(20) CHARACTER SET gbk', values: fc.constantFrom("'中文'", "'a'") },
  { definition: 'TEXT CHARACTER SET utf16', values: fc.constantFrom("'中文😀'", "''") },
  { definition: "ENUM('a','b','汉','')", values: fc.constantFrom("'a'", "'汉'", "''") },
  { definition: "SET('x','y','z')", values: fc.constantFrom("'x,z'", "''", "'x,y,z'") },
  {
    definition: 'JSON',
    values: fc.constantFrom(`'{"a": [1, 2.50, "é😀", null]}'`, "'[]'", '\'"text"\'', "'1.0'"),
  },
  { definition: 'BINARY(4)', values: fc.constantFrom("X'00'", "X'01020000'", "''") },
  { definition: 'VARBINARY(20)', values: hex(20) },
  { definition: 'BLOB', values: fc.oneof(fc.constant("REPEAT(X'00FF', 20000)"), hex(40)) },
  {
    definition: 'POINT',
    values: fc.constantFrom("ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POINT(31.23 12.47)', 4326)"),
  },
  { definition: 'UUID', values: fc.uuid().map((uuid) => `'${uuid}'`), only: 'mariadb' },
  {
    definition: 'INET6',
    values: fc.constantFrom("'2001:db8::ff00:42:8329'", "'::ffff:192.168.0.1'", "'::'"),
    only: 'mariadb',
  },
];

function cell({ values }: Kind): fc.Arbitrary<string> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant('NULL') }, { weight: 5, arbitrary: values });
}

describe.each(servers)('checksums on $label', (server) => {
  const flavour = server.label.startsWith('MariaDB') ? 'mariadb' : 'mysql';
  const kinds = KINDS.filter(({ only }) => only === undefined || only === flavour);
  const columns = kinds.map(
    (kind, at) => `c${at} ${kind.definition}${kind.definition.includes('NULL') ? '' : ' NULL'}`,
  );

  test('are equal exactly where rows are, whatever the types and values', { timeout: 120_000 }, async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
      `CREATE TABLE rows_of (id INT PRIMARY KEY, changed DATETIME NOT NULL DEFAULT '2024-01-01', ${columns.join(', ')}, KEY changed (changed)) CHARACTER SET utf8mb4`,
    );
    const row = fc.tuple(...kinds.map(cell));
    const change = fc
      .nat({ max: kinds.length - 1 })
      .chain((column) => cell(kinds[column]!).map((value) => ({ column, value })));
    const scene = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 12 }),
      changes: fc.array(fc.record({ row: fc.nat({ max: 11 }), change }), { maxLength: 2 }),
      removed: fc.option(fc.nat({ max: 11 }), { nil: null, freq: 3 }),
    });
    const property = fc.asyncProperty(scene, async ({ rows, changes, removed }) => {
      await extraction.sql(
        'DELETE FROM rows_of',
        ...rows.map((values, id) => `INSERT INTO rows_of VALUES (${id}, '2024-01-01', ${values.join(', ')})`),
      );
      await extraction.runTable(SPEC, { fullRefresh: true });
      expect(await compare(extraction, ROWS_ONLY)).toMatchObject({ rowsTransferred: 0, windowsDifferent: 0 });

      for (const { row: id, change: changed } of changes)
        await extraction.sql(`UPDATE rows_of SET c${changed.column} = ${changed.value} WHERE id = ${id}`);
      if (removed !== null) await extraction.sql(`DELETE FROM rows_of WHERE id = ${removed}`);
      const equal = (await extraction.compare('rows_of')).length === 0;
      const found = await compare(extraction, ROWS_ONLY);
      expect(found.windowsDifferent === 0).toBe(equal);
      expect(found.rowsTransferred === 0 && found.windowsBisected === 0).toBe(equal);
    });
    await fc.assert(property, { numRuns: 15, endOnFailure: true });
  });

  test('a form that the two sides write differently costs a look, and is no difference', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
      "CREATE TABLE rows_of (id INT PRIMARY KEY, changed DATETIME NOT NULL DEFAULT '2024-01-01', d DOUBLE, day DATE, KEY changed (changed))",
      "INSERT INTO rows_of (id, d, day) VALUES (1, 1e-5, NULL), (2, 1e15, NULL), (3, 5e-324, NULL), (4, 1.7976931348623157e308, NULL), (5, 0, '2024-02-30')",
    );
    await extraction.runTable(SPEC);
    expect(await compare(extraction, ROWS_ONLY)).toMatchObject({ windowsDifferent: 0, rowsTransferred: 5 });
    await extraction.sql('UPDATE rows_of SET d = 1.1e-5 WHERE id = 1');
    expect(await compare(extraction, ROWS_ONLY)).toMatchObject({ windowsDifferent: 1, different: 1 });
  });

  test(
    '100 changed rows among 50,000: a few thousand are transferred, and none where none changed',
    { timeout: 60_000 },
    async () => {
      await using extraction = await createExtraction(server);
      await extraction.sql(
        "CREATE TABLE rows_of (id BIGINT PRIMARY KEY, n INT NOT NULL, title VARCHAR(60) NOT NULL, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed)) CHARACTER SET utf8mb4",
        `INSERT INTO rows_of (id, n, title) SELECT n * 3, n, CONCAT('title ', n) FROM ${numbers(5)} WHERE n <= 50000`,
      );
      await extraction.runTable(SPEC);
      const equal = await compare(extraction, ROWS_ONLY);
      expect(equal).toMatchObject({
        windowsDifferent: 0,
        rowsCompared: 50_000,
        rowsTransferred: 0,
        rowsHashed: 50_000,
      });
      expect(equal.serverRowsRead).toBeLessThan(50_000 * 1.05 + 60);

      await extraction.sql("UPDATE rows_of SET title = 'other' WHERE n % 500 = 0");
      const spread = await compare(extraction, ROWS_ONLY);
      expect(spread).toMatchObject({ different: 100, windowsBisected: 1 });
      expect(spread.rowsTransferred).toBeLessThan(5000);
      expect(await compare(extraction, { by: 'rows', action: 'mend' })).toMatchObject({
        different: 100,
        mended: true,
      });
      expect(await extraction.compare('rows_of')).toEqual([]);

      await extraction.sql('DELETE FROM rows_of WHERE n BETWEEN 20001 AND 20100');
      const together = await compare(extraction, { by: 'keys', action: 'mend' }, { statementRows: 10_000 });
      expect(together).toMatchObject({ extra: 100, windows: 5, windowsDifferent: 1 });
      expect(together.rowsTransferred).toBeLessThan(200);
      expect(await extraction.compare('rows_of')).toEqual([]);
    },
  );

  test.each([
    'k BIGINT UNSIGNED, l SMALLINT',
    'k DECIMAL(20,20), l BIT(12)',
    'k DATE, l VARBINARY(8)',
    'k TIMESTAMP(3) NOT NULL, l DATETIME(6)',
    'k YEAR, l BINARY(3)',
  ])('ranges of the key %s', async (key) => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE rows_of (${key}, n INT, changed DATETIME NOT NULL DEFAULT '2024-01-01', PRIMARY KEY (k, l), KEY changed (changed))`,
    );
    const value = (column: string, n: string) => {
      const type = key.split(', ')[column === 'k' ? 0 : 1]!;
      if (type.includes('DATETIME')) return `'2020-01-01' + INTERVAL ${n} * 1000001 MICROSECOND`;
      if (type.includes('TIMESTAMP')) return `FROM_UNIXTIME(86400 + ${n} * 1.125)`;
      if (type.includes('DATE')) return `'2020-01-01' + INTERVAL ${n} DAY`;
      if (type.includes('YEAR')) return `2000 + ${n}`;
      if (type.includes('DECIMAL')) return `(${n} - 7) / 100`;
      if (type.includes('BINARY')) return `UNHEX(LPAD(HEX(${n}), 4, '0'))`;
      return type.includes('UNSIGNED') ? `18446744073709551615 - ${n}` : n;
    };
    await extraction.sql(
      `INSERT INTO rows_of (k, l, n) SELECT ${value('k', 'n DIV 40')}, ${value('l', '(n MOD 40)')}, n FROM ${numbers(3)}`,
    );
    await extraction.runTable(SPEC);
    const small = { statementRows: 90 };
    const equal = await compare(extraction, ROWS_ONLY, small);
    expect(equal).toMatchObject({ windows: 12, rowsCompared: 1000, rowsTransferred: 0, windowsDifferent: 0 });
    await extraction.sql(
      'DELETE FROM rows_of WHERE n IN (1, 500)',
      'UPDATE rows_of SET n = -n WHERE n IN (39, 700)',
    );
    const found = await compare(extraction, { by: 'rows', action: 'mend' }, small);
    expect(found).toMatchObject({ extra: 2, different: 2 });
    expect(found.rowsTransferred).toBeLessThanOrEqual(4 * 32);
    expect(await extraction.compare('rows_of')).toEqual([]);
  });

  test('rows that no run has loaded yet are no difference, however many and wherever they are', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      "CREATE TABLE rows_of (id INT PRIMARY KEY, n INT, changed DATETIME NULL DEFAULT '2024-01-01', KEY changed (changed))",
      `INSERT INTO rows_of (id, n) SELECT n, n FROM ${numbers(4)}`,
    );
    // The history before --start is in the source and not in the sink.
    await extraction.sql("UPDATE rows_of SET changed = '2024-06-01' WHERE id > 9900");
    await extraction.runTable(SPEC, { start: '2024-05-01' });
    await extraction.sql(
      "UPDATE rows_of SET n = 0, changed = '2199-01-01' WHERE id % 100 = 0",
      'UPDATE rows_of SET n = 0, changed = NULL WHERE id % 100 = 1',
      'UPDATE rows_of SET n = -1 WHERE id = 9950',
    );
    const byKeys = await compare(extraction, { by: 'keys', action: 'mend' }, { statementRows: 500 });
    expect(byKeys).toMatchObject({ extra: 0, missing: 0, different: 0, mended: false });
    expect(byKeys.windows).toBeGreaterThan(10);
    const found = await compare(extraction, ROWS_ONLY, { statementRows: 500 });
    expect(found).toMatchObject({ extra: 0, different: 1 });
  });

  test('a masked column makes every row be read, and is named', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      "CREATE TABLE rows_of (id INT PRIMARY KEY, phone VARCHAR(20), note VARCHAR(20), changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))",
      `INSERT INTO rows_of (id, phone, note) SELECT n, 1000000 + n, n FROM ${numbers(2)}`,
    );
    const nothing: TableSpec = { ...SPEC, mask: { note: 'null' } };
    await extraction.runTable(nothing);
    expect(await compare(extraction, ROWS_ONLY, { spec: nothing })).toMatchObject({
      unhashedColumns: [],
      rowsTransferred: 0,
      windowsDifferent: 0,
    });
    const spec: TableSpec = { ...SPEC, mask: { phone: 'last-four' } };
    await extraction.runTable(spec, { fullRefresh: true });
    await extraction.sql('UPDATE rows_of SET phone = 7654321 WHERE id = 7');
    expect(await compare(extraction, ROWS_ONLY, { spec })).toMatchObject({
      unhashedColumns: ['phone'],
      rowsTransferred: 100,
      different: 1,
    });
    expect(await compare(extraction, { by: 'keys', action: 'report' }, { spec })).toMatchObject({
      unhashedColumns: [],
      rowsTransferred: 0,
    });
  });
});
