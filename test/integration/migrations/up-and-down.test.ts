import { describe, expect, test } from 'vitest';
import type { ServerFlavour } from '../../../src/databases/server.ts';
import type { IndexOptions } from '../../../src/migrations/define-index.ts';
import { createStatements } from '../../support/create-statements.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { down, testMigrations, up } from '../../support/migrations.ts';
import { createSchema, servers } from '../../support/schemas.ts';

interface Case {
  readonly what: string;
  readonly create: readonly string[];
  readonly declarations: readonly IndexOptions[];
  readonly only?: ServerFlavour;
}

const CASES: readonly Case[] = [
  {
    what: 'foreign keys between a parent, itself and indexes of every kind',
    create: [
      'CREATE TABLE p (id INT PRIMARY KEY, k INT NOT NULL, UNIQUE INDEX uk (k))',
      `CREATE TABLE t (id INT PRIMARY KEY, pid INT, k INT, up INT, s VARCHAR(50), x TEXT, g INT AS (pid + 1) VIRTUAL,
         g2 INT AS (up + 2) STORED, pt POINT NOT NULL, UNIQUE INDEX nn (id, k), INDEX s10 (s(10)) COMMENT 'a, b (c)',
         FOREIGN KEY (pid) REFERENCES p (id) ON DELETE CASCADE, INDEX gi (g), INDEX g2i (g2, g),
         CONSTRAINT \`o\`\`dd name\` FOREIGN KEY (k) REFERENCES p (k) ON UPDATE CASCADE, INDEX \`q\`\`t\` (s),
         FOREIGN KEY (up) REFERENCES t (id), SPATIAL INDEX sp (pt), INDEX last_s (s, id), FULLTEXT INDEX ft (x))`,
    ],
    declarations: [
      { table: 't', name: 'i1', columns: ['pid', 'k'] },
      { table: 't', name: 'i2', columns: ['k', 's'], comment: 'for "reports"' },
      { table: 't', name: 'i3', columns: ['up', 'g2'] },
      { table: 't', name: 'u1', columns: ['pid', 'k', 'id'], unique: true },
      { table: 'p', name: 'pk', columns: ['k', 'id'] },
    ],
  },
  {
    what: 'range partitions with subpartitions',
    create: [
      `CREATE TABLE t (id INT NOT NULL, d DATE NOT NULL, a INT, PRIMARY KEY (id, d), INDEX ia (a)) COMMENT 'by year'
         PARTITION BY RANGE (YEAR(d)) SUBPARTITION BY HASH (TO_DAYS(d)) SUBPARTITIONS 2
         (PARTITION p0 VALUES LESS THAN (2020) COMMENT = 'old', PARTITION p1 VALUES LESS THAN MAXVALUE)`,
    ],
    declarations: [
      { table: 't', name: 'i1', columns: ['a', 'd'] },
      { table: 't', name: 'u1', columns: ['a', 'd', 'id'], unique: true },
    ],
  },
  {
    what: 'hash, key and list partitions',
    create: [
      'CREATE TABLE h (id INT PRIMARY KEY, a INT) PARTITION BY HASH (id) PARTITIONS 3',
      'CREATE TABLE k (id INT PRIMARY KEY, a INT) PARTITION BY LINEAR KEY () PARTITIONS 3',
      `CREATE TABLE l (id INT, c VARCHAR(5), PRIMARY KEY (id, c)) PARTITION BY LIST COLUMNS (c)
         (PARTITION a VALUES IN ('a', 'b'), PARTITION z VALUES IN ('z'))`,
    ],
    declarations: [
      { table: 'h', name: 'i1', columns: ['a'] },
      { table: 'k', name: 'u1', columns: ['a', 'id'], unique: true },
      { table: 'l', name: 'i1', columns: ['c'] },
    ],
  },
  {
    what: 'generated columns, checks, defaults and comments',
    create: [
      `CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, a INT DEFAULT 7 COMMENT 'it''s \\\\ "a"' CHECK (a > 0),
         b VARCHAR(40) COLLATE utf8mb4_bin NOT NULL DEFAULT '', v INT GENERATED ALWAYS AS (a * 2) VIRTUAL COMMENT 'twice',
         st VARCHAR(80) GENERATED ALWAYS AS (CONCAT(b, '-', a)) STORED, u DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3)
         ON UPDATE CURRENT_TIMESTAMP(3), CONSTRAINT both_set CHECK (b <> '' OR a IS NOT NULL), INDEX ivv (v), UNIQUE INDEX ust (st))
         ROW_FORMAT=DYNAMIC COMMENT='a table; with ''quotes'''`,
      `INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y')`,
    ],
    declarations: [
      { table: 't', name: 'i1', columns: ['v', 'a'] },
      { table: 't', name: 'i2', columns: ['st', 'u'] },
      { table: 't', name: 'i3', columns: [{ column: 'b', length: 5 }, 'v'] },
      { table: 't', name: 'u1', columns: ['v', 'b'], unique: true },
    ],
  },
  {
    what: 'expressions and descending parts',
    only: 'mysql',
    create: [
      'CREATE TABLE t (id INT PRIMARY KEY, b VARCHAR(40), j JSON, INDEX fx ((LOWER(b))), INDEX d (b DESC) INVISIBLE)',
    ],
    declarations: [
      { table: 't', name: 'i1', columns: [{ expression: 'upper(b)' }, 'id'], online: false },
      { table: 't', name: 'i2', columns: [{ column: 'b', order: 'desc' }, 'id'] },
    ],
  },
  {
    what: 'system versions',
    only: 'mariadb',
    create: [
      `CREATE TABLE t (id INT PRIMARY KEY, a INT, rs TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE,
         re TIMESTAMP(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (rs, re), INDEX ia (a)) WITH SYSTEM VERSIONING`,
      'CREATE TABLE s (id INT PRIMARY KEY, a INT, b INT WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING',
      `CREATE TABLE h (id INT PRIMARY KEY, a INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME
         (PARTITION old HISTORY, PARTITION now CURRENT)`,
      'CREATE TABLE f (id INT PRIMARY KEY, tid INT, a INT, FOREIGN KEY (tid) REFERENCES t (id), INDEX ia (a)) WITH SYSTEM VERSIONING',
    ],
    declarations: [
      { table: 't', name: 'i1', columns: ['a', 'rs'] },
      { table: 't', name: 'u1', columns: ['a', 'id'], unique: true },
      { table: 's', name: 'i1', columns: ['a', 'b'] },
      { table: 'h', name: 'u1', columns: ['a', 'id'], unique: true },
      { table: 'f', name: 'i1', columns: ['tid', 'a'] },
    ],
  },
];

describe.each(servers)('SHOW CREATE TABLE on $label', (server) => {
  const cases = CASES.filter(({ only = server.flavour }) => only === server.flavour);
  test.each(cases)('is as before after up and down: $what', async ({ create, declarations }) => {
    await using schema = await createSchema(server);
    for (const statement of create) await schema.connection.query(statement);
    const before = await createStatements(schema);
    await using database = await openTestDatabase(schema.settings);
    const migrations = testMigrations(...declarations);

    const built = await up(database, migrations);
    expect(built.migrations.map(({ action }) => action)).toEqual(declarations.map(() => 'built'));
    const between = await createStatements(schema);
    for (const { table, name } of declarations) expect(between[table]).toContain(`KEY \`${name}\` (`);
    await down(database, migrations, { all: true });

    expect(await createStatements(schema)).toEqual(before);
  });
});
