import { describe, expect, test } from 'vitest';
import { allServers } from '../../support/all-servers.ts';
import { createExtraction } from '../../support/extraction.ts';

/** A column definition and the values that are hard for it, as SQL; `only` where one server has the type. */
interface TypeCase {
  readonly definition: string;
  readonly values: readonly string[];
  readonly only?: 'mysql' | 'mariadb';
}

const TYPES: readonly TypeCase[] = [
  { definition: 'TINYINT', values: ['-128', '127', '0', '-1'] },
  { definition: 'TINYINT(1)', values: ['2', '-1', '0', '1'] },
  { definition: 'TINYINT UNSIGNED', values: ['0', '255'] },
  { definition: 'BOOLEAN', values: ['0', '1', '7'] },
  { definition: 'SMALLINT', values: ['-32768', '32767'] },
  { definition: 'SMALLINT UNSIGNED', values: ['65535', '0'] },
  { definition: 'MEDIUMINT', values: ['-8388608', '8388607'] },
  { definition: 'MEDIUMINT UNSIGNED', values: ['16777215'] },
  { definition: 'INT', values: ['-2147483648', '2147483647'] },
  { definition: 'INT UNSIGNED', values: ['4294967295'] },
  { definition: 'INT(8) ZEROFILL', values: ['42', '0', '4294967295'] },
  {
    definition: 'BIGINT',
    values: [
      '-9223372036854775808',
      '9223372036854775807',
      '9007199254740993',
      '-9007199254740993',
      '-4294967296',
      '-1',
      '999999999999999',
      '1000000000000000',
      '-1000000000000000',
    ],
  },
  {
    definition: 'BIGINT UNSIGNED',
    values: ['18446744073709551615', '18446744073709551614', '9223372036854775808', '4294967296', '0'],
  },
  { definition: 'BIGINT(20) ZEROFILL', values: ['1', '18446744073709551615'] },
  { definition: 'DECIMAL(4,2)', values: ['-99.99', '0.01', '99.99', '-0.01'] },
  { definition: 'DECIMAL(9,0)', values: ['-999999999', '999999999'] },
  { definition: 'DECIMAL(18,6)', values: ['-999999999999.999999', '0.000001', '123456789012.345678'] },
  {
    definition: 'DECIMAL(38,10)',
    values: [
      '-9999999999999999999999999999.9999999999',
      '0.0000000001',
      '1234567890123456789012345678.0123456789',
    ],
  },
  { definition: 'DECIMAL(20,20)', values: ['0.12345678901234567890', '-0.99999999999999999999'] },
  {
    definition: 'DECIMAL(65,30)',
    values: [
      '99999999999999999999999999999999999.999999999999999999999999999999',
      '-0.000000000000000000000000000001',
    ],
  },
  {
    definition: 'FLOAT',
    values: ['16777216', '16777217', '0.1', '-3.4028234e38', '1.17549435e-38', '1e-45', '-0.0'],
  },
  { definition: 'FLOAT(7,2)', values: ['12345.67', '-99999.99', '0.01'] },
  {
    definition: 'DOUBLE',
    values: [
      '0.1',
      '1.7976931348623157e308',
      '-2.2250738585072014e-308',
      '4.9e-324',
      '9007199254740993',
      '1/3',
      '-0.0',
    ],
  },
  { definition: 'DOUBLE(20,5)', values: ['123456789012345.12345', '-0.00001'] },
  { definition: 'BIT(1)', values: ["b'0'", "b'1'"] },
  { definition: 'BIT(10)', values: ["b'1000000001'", "b'0'"] },
  { definition: 'BIT(64)', values: ['18446744073709551615', '9223372036854775808', '1', '0', '4294967296'] },
  {
    definition: 'DATE',
    values: [
      "'0000-00-00'",
      "'2024-00-00'",
      "'2024-02-00'",
      "'0001-01-01'",
      "'9999-12-31'",
      "'2024-02-29'",
      "'1969-12-31'",
    ],
  },
  {
    definition: 'DATETIME',
    values: [
      "'0000-00-00 00:00:00'",
      "'1000-01-01 00:00:00'",
      "'9999-12-31 23:59:59'",
      "'1969-12-31 23:59:59'",
    ],
  },
  {
    definition: 'DATETIME(6)',
    values: [
      "'9999-12-31 23:59:59.999999'",
      "'0001-01-01 00:00:00.000001'",
      "'1969-12-31 23:59:59.999999'",
      "'1970-01-01 00:00:00.000000'",
      "'2024-02-30 00:00:00.000000'",
    ],
  },
  { definition: 'DATETIME(3)', values: ["'2024-01-02 03:04:05.006'"] },
  {
    definition: 'TIMESTAMP NULL',
    values: [
      "'1970-01-01 00:00:01'",
      "'2038-01-19 03:14:07'",
      "'2024-03-31 02:30:00'",
      "'0000-00-00 00:00:00'",
    ],
  },
  {
    definition: 'TIMESTAMP(6) NULL',
    values: ["'2038-01-19 03:14:07.999999'", "'1970-01-01 00:00:01.000001'"],
  },
  { definition: 'TIME', values: ["'-838:59:59'", "'838:59:59'", "'00:00:00'", "'23:59:59'"] },
  { definition: 'TIME(6)', values: ["'-838:59:58.999999'", "'00:00:00.000001'", "'-00:00:00.000001'"] },
  { definition: 'YEAR', values: ['1901', '2155', '0'] },
  { definition: 'CHAR(5)', values: ["'a'", "''", "'汉字😀'", "'  a'"] },
  {
    definition: 'VARCHAR(100)',
    values: ["''", "'trailing  '", "'😀𝄞'", "'line\\nbreak\\0nul'", "REPEAT('é', 100)"],
  },
  { definition: 'VARCHAR(20) CHARACTER SET latin1', values: ["'café'", "X'80'"] },
  { definition: 'VARCHAR(20) CHARACTER SET gbk', values: ["'中文'"] },
  { definition: 'VARCHAR(20) CHARACTER SET utf16', values: ["'中文😀'"] },
  { definition: 'TINYTEXT', values: ["''", "REPEAT('x', 255)"] },
  {
    definition: 'TEXT',
    values: ["REPEAT('ab', 30000)", "'exactly12bytes'", "'twelve bytes'", "'thirteen byte'"],
  },
  { definition: 'MEDIUMTEXT', values: ["REPEAT('汉', 100000)"] },
  { definition: 'LONGTEXT', values: ["REPEAT('z', 1000000)"] },
  { definition: 'BINARY(8)', values: ["X'0102030000000000'", "''", "X'FF'"] },
  { definition: 'VARBINARY(20)', values: ["X'00'", "X'0000FF00'", "''", "X'00112233445566778899AABBCC00'"] },
  { definition: 'BLOB', values: ["REPEAT(X'00FF', 20000)", "''"] },
  { definition: 'LONGBLOB', values: ["REPEAT(X'C3', 300000)"] },
  { definition: "ENUM('a','b','汉','')", values: ["'a'", "'汉'", "''"] },
  { definition: "SET('x','y','z')", values: ["'x,z'", "''", "'x,y,z'"] },
  {
    definition: 'JSON',
    values: [`'{"a": [1, 2.50, "é😀", null], "b": {"c": 12345678901234567890}}'`, "'[]'", '\'"text"\''],
  },
  {
    definition: 'POINT',
    values: ["ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POINT(31.23 12.47)', 4326)"],
  },
  { definition: 'GEOMETRY', values: ["ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))')"] },
  { definition: 'UUID', values: ["'123e4567-e89b-12d3-a456-426655440000'"], only: 'mariadb' },
  { definition: 'INET6', values: ["'2001:db8::ff00:42:8329'", "'192.168.0.1'"], only: 'mariadb' },
  { definition: 'INT GENERATED ALWAYS AS (id * 2) STORED', values: [] },
  { definition: "VARCHAR(30) GENERATED ALWAYS AS (CONCAT(id, '-')) VIRTUAL", values: [] },
  { definition: 'VECTOR(3)', values: ["TO_VECTOR('[1, 2.5, -3]')"], only: 'mysql' },
];

describe.each(allServers)('types on $label', (server) => {
  const flavour = server.label.startsWith('MariaDB') ? 'mariadb' : 'mysql';
  const types = TYPES.filter((type) => type.only === undefined || type.only === flavour);
  const SPEC = { table: 'torture', cursor: 'changed', index: 'changed' } as const;

  test('every value of every type comes through exactly, first loaded and then merged', async () => {
    await using extraction = await createExtraction(server);
    const columns = types.map((type, at) => `c${at} ${type.definition}`);
    await extraction.sql(
      "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
      `CREATE TABLE torture (id INT PRIMARY KEY, changed DATETIME NOT NULL DEFAULT '2024-01-01', ${columns.join(', ')}, KEY changed (changed)) CHARACTER SET utf8mb4`,
      'INSERT INTO torture (id) VALUES (0)',
    );
    const cells = types.flatMap((type, at) => type.values.map((value) => ({ at, value })));
    for (const [id, { at, value }] of cells.entries()) {
      await extraction.sql(`INSERT INTO torture (id, c${at}) VALUES (${id + 1}, ${value})`);
    }
    const first = await extraction.runTable(SPEC);
    expect(await extraction.compare('torture')).toEqual([]);
    const dates = first.warnings.filter((warning) => warning.kind === 'zero-date');
    expect(
      dates.map((warning) => [types[Number(warning.column.slice(1))]?.definition, warning.count]),
    ).toEqual([
      ['DATE', 3],
      ['DATETIME', 1],
      ['DATETIME(6)', 1],
      ['TIMESTAMP NULL', 1],
    ]);

    await extraction.sql("UPDATE torture SET changed = '2024-02-01'");
    const second = await extraction.runTable(SPEC);
    expect(second).toMatchObject({ mode: 'incremental', rows: first.rows });
    expect(await extraction.compare('torture')).toEqual([]);
  });

  test('geometries keep their spatial reference system', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE places (id INT PRIMARY KEY, here POINT NULL, shape GEOMETRY NULL, note INT, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))`,
      "INSERT INTO places (id, here, shape) VALUES (1, ST_GeomFromText('POINT(1 2)'), NULL)",
      "INSERT INTO places (id, here, shape) VALUES (2, ST_GeomFromText('POINT(31.23 12.47)', 4326), ST_GeomFromText('LINESTRING(0 0, 1 1)', 3857))",
      'INSERT INTO places (id) VALUES (3)',
    );
    const spec = { table: 'places', cursor: 'changed', index: 'changed' };
    const srids = () => extraction.duckdb('SELECT here_srid, shape_srid FROM business.places ORDER BY id');
    await extraction.runTable(spec);
    expect(await extraction.compare('places')).toEqual([]);
    expect(await srids()).toEqual([
      [0, null],
      [4326, 3857],
      [null, null],
    ]);
    await extraction.sql(
      "UPDATE places SET here = ST_GeomFromText('POINT(1 2)', 4326), changed = '2024-02-01' WHERE id IN (1, 3)",
    );
    await extraction.runTable(spec);
    expect(await extraction.compare('places')).toEqual([]);
    expect(await srids()).toEqual([
      [4326, null],
      [4326, 3857],
      [4326, null],
    ]);

    await extraction.sql('ALTER TABLE places ADD COLUMN here_srid INT');
    await expect(extraction.runTable(spec)).rejects.toThrow(/"here_srid" is where the SRID/);
    await extraction.runTable({ ...spec, exclude: ['here_srid'] });
    await extraction.runTable({ ...spec, exclude: ['here'] }, { fullRefresh: true });
  });

  test('more rows than a batch, with NULLs in every place', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE wide (id INT PRIMARY KEY, changed DATETIME NOT NULL DEFAULT '2024-01-01', a INT, b VARCHAR(40), c DATETIME(6),
         d DECIMAL(20,4), e VARBINARY(20), f DOUBLE, KEY changed (changed)) CHARACTER SET utf8mb4`,
      `INSERT INTO wide WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 900)
         SELECT a.n * 1000 + b.n, '2024-01-01', IF(a.n % 2, NULL, b.n), IF(b.n % 3, REPEAT('汉x', b.n % 14), NULL),
           IF(b.n % 5, '2024-01-01 00:00:00.5' + INTERVAL b.n DAY, NULL), IF(b.n % 7, b.n / 3, NULL),
           IF(b.n % 11, UNHEX(LPAD(HEX(b.n * a.n), 2 * (b.n % 20), '0')), NULL), IF(b.n % 13, a.n / b.n, NULL)
         FROM n AS a CROSS JOIN n AS b WHERE a.n <= 8`,
    );
    await extraction.runTable(
      { table: 'wide', cursor: 'changed', index: 'changed' },
      { statementRows: 3000 },
    );
    expect(await extraction.compare('wide')).toEqual([]);
  });

  test('zero dates as text, or refused', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      "SET SESSION sql_mode = ''",
      "CREATE TABLE dated (id INT PRIMARY KEY, born DATE, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))",
      "INSERT INTO dated (id, born) VALUES (1, '0000-00-00'), (2, '2024-05-00'), (3, '2024-05-06')",
    );
    const spec = { table: 'dated', cursor: 'changed', index: 'changed' } as const;
    await expect(extraction.runTable({ ...spec, zeroDates: 'error' })).rejects.toThrow(/born.*2/);
    expect((await extraction.runTable({ ...spec, zeroDates: 'text' })).warnings).toEqual([]);
    expect(await extraction.duckdb('SELECT born FROM business.dated ORDER BY id')).toEqual([
      ['0000-00-00'],
      ['2024-05-00'],
      ['2024-05-06'],
    ]);
  });
});
