import { describe, expect, test } from 'vitest';
import type { IndexOptions } from '../../../src/migrations/define-index.ts';
import { migratePlan } from '../../../src/migrations/migrate-plan.ts';
import { DEFAULT_UP_OPTIONS } from '../../../src/migrations/migrate-up.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { testMigrations, up } from '../../support/migrations.ts';
import { createSchema, createUser, servers, type TestSchema } from '../../support/schemas.ts';

async function planFor(schema: TestSchema, declaration: IndexOptions) {
  await using database = await openTestDatabase(schema.settings);
  return await migratePlan({
    database,
    migrations: testMigrations(declaration),
    options: DEFAULT_UP_OPTIONS,
  });
}

const CREATE = `CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(1000), c TEXT,
  d VARCHAR(3000) CHARACTER SET latin1, e DATETIME, INDEX theirs (a), INDEX longer (e, a)) CHARACTER SET utf8mb4`;

describe.each(servers)('preflight on $label', (server) => {
  test.each<[string, string, IndexOptions, string, string, RegExp]>([
    [
      'a view',
      'CREATE VIEW v AS SELECT * FROM t',
      { table: 'v', name: 'i', columns: ['a'] },
      'tables-exist',
      'refuse',
      /v is a view/,
    ],
    [
      'a long key',
      '',
      { table: 't', name: 'i', columns: ['b'] },
      'key-fits',
      'refuse',
      /column b takes 4000 bytes of a key, more than 3072/,
    ],
    [
      'a long key of several',
      '',
      { table: 't', name: 'i', columns: ['d', { column: 'b', length: 100 }] },
      'key-fits',
      'refuse',
      /the key has 3400 bytes/,
    ],
    [
      'text without a prefix',
      '',
      { table: 't', name: 'i', columns: ['c'] },
      'key-fits',
      'refuse',
      /c is text: it needs a prefix length/,
    ],
    [
      'a prefix of a number',
      '',
      { table: 't', name: 'i', columns: [{ column: 'a', length: 2 }] },
      'key-fits',
      'refuse',
      /takes no prefix length/,
    ],
    [
      'a prefix that is too long',
      '',
      { table: 't', name: 'i', columns: [{ column: 'b', length: 1001 }] },
      'key-fits',
      'refuse',
      /longer than column b/,
    ],
    [
      'MyISAM',
      'CREATE TABLE m (id INT PRIMARY KEY, a INT) ENGINE=MyISAM',
      { table: 'm', name: 'i', columns: ['a'] },
      'online-possible',
      'refuse',
      /MyISAM has no online DDL/,
    ],
    [
      'FULLTEXT',
      '',
      { table: 't', name: 'i', columns: ['c'], type: 'FULLTEXT' },
      'online-possible',
      'refuse',
      /builds FULLTEXT indexes under a lock/,
    ],
    [
      'partitions',
      'CREATE TABLE p (id INT PRIMARY KEY, a INT) PARTITION BY HASH (id) PARTITIONS 2',
      { table: 'p', name: 'i', columns: ['a'] },
      'partitions-known',
      'note',
      /p is partitioned/,
    ],
    [
      'an equivalent index',
      '',
      { table: 't', name: 'i', columns: ['a'] },
      'not-redundant',
      'warn',
      /does the same as index theirs/,
    ],
    [
      'a left prefix',
      '',
      { table: 't', name: 'i', columns: ['e'] },
      'not-redundant',
      'warn',
      /is a left prefix of longer \(e, a\)/,
    ],
    [
      'a longer index',
      '',
      { table: 't', name: 'i', columns: ['a', 'e'] },
      'not-redundant',
      'warn',
      /makes index theirs \(a\) of t a left prefix/,
    ],
    [
      'the primary key in front',
      '',
      { table: 't', name: 'i', columns: ['id', 'e'] },
      'not-redundant',
      'warn',
      /starts with the primary key \(id\)/,
    ],
  ])('tells of %s', async (_, create, declaration, check, severity, message) => {
    await using schema = await createSchema(server);
    await schema.connection.query(CREATE);
    if (create !== '') await schema.connection.query(create);
    const plan = await planFor(schema, declaration);
    const finding = plan.findings.find((candidate) => candidate.check === check);
    expect(finding).toMatchObject({ severity, message: expect.stringMatching(message) });
    expect(plan.ok).toBe(severity !== 'refuse');
  });

  test('tells the exact grant that is missing, and does with no more than it asks for', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query(CREATE);
    await using user = await createUser(server, [`SELECT ON \`${schema.name}\`.*`]);
    const migrations = testMigrations({ table: 't', name: 'i', columns: ['e', 'id'] });
    const login = { ...schema.settings, user: user.name, password: user.password };
    {
      await using database = await openTestDatabase(login);
      const { findings } = await migratePlan({ database, migrations, options: DEFAULT_UP_OPTIONS });
      const grants = findings.flatMap(({ check, hint }) =>
        check === 'privileges-suffice' && hint ? [hint] : [],
      );
      expect(grants).toEqual([
        `GRANT ALTER, INDEX ON \`${schema.name}\`.\`t\` TO '${user.name}'@'%';`,
        `GRANT INSERT, UPDATE, DELETE, CREATE ON \`${schema.name}\`.\`tidemark_migrations\` TO '${user.name}'@'%';`,
        `GRANT INSERT, UPDATE, DELETE, CREATE ON \`${schema.name}\`.\`tidemark_history\` TO '${user.name}'@'%';`,
      ]);
      await expect(up(database, migrations)).rejects.toThrow(/nothing was changed/);
      for (const grant of grants) await schema.connection.query(grant);
    }
    await using database = await openTestDatabase(login);
    expect((await up(database, migrations)).pending).toBe(0);
  });

  test('refuses what this server lacks, and an expression that it does not accept', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query(CREATE);
    const plan = await planFor(schema, { table: 't', name: 'i', columns: [{ expression: 'nonsense(a)' }] });
    expect(plan.ok).toBe(false);
    const messages = plan.findings.map(({ message }) => message).join('\n');
    expect(messages).toMatch(
      server.flavour === 'mariadb' ? /has no functional index/ : /does not accept the index’s expression/,
    );
  });
});
