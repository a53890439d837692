import { describe, expect, test } from 'vitest';
import type { IndexOptions } from '../../../src/migrations/define-index.ts';
import { readHistory } from '../../../src/migrations/history.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import { migratePlan } from '../../../src/migrations/migrate-plan.ts';
import { DEFAULT_PUBLISH_OPTIONS, migratePublish } from '../../../src/migrations/migrate-publish.ts';
import { DEFAULT_UP_OPTIONS } from '../../../src/migrations/migrate-up.ts';
import { createStatements } from '../../support/create-statements.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, down, testMigrations, up } from '../../support/migrations.ts';
import { createSchema, createUser, servers, type TestSchema } from '../../support/schemas.ts';

const PARENT = 'CREATE TABLE p (id INT PRIMARY KEY, code INT NOT NULL, UNIQUE INDEX u_code (code))';
const CHILD = `CREATE TABLE t (id INT PRIMARY KEY, pid INT, x INT, u DATETIME, INDEX before_x (x),
  FOREIGN KEY fk1 (pid) REFERENCES p (id), INDEX after_x (x, u) COMMENT 'it''s', INDEX last_u (u))`;
const PID_U: IndexOptions = { table: 't', name: 'idx_pid_u', columns: ['pid', 'u'] };

async function prepare(schema: TestSchema, ...statements: readonly string[]): Promise<void> {
  for (const statement of [PARENT, ...statements]) await schema.connection.query(statement);
}

const planned = (database: Parameters<typeof up>[0], ...declarations: readonly IndexOptions[]) =>
  migratePlan({ database, migrations: testMigrations(...declarations), options: DEFAULT_UP_OPTIONS });

describe.each(servers)('foreign keys on $label', (server) => {
  test('the plan says which index the server will drop, and down puts it back in its place', async () => {
    await using schema = await createSchema(server);
    await prepare(schema, CHILD);
    const before = await createStatements(schema);
    await using database = await openTestDatabase(schema.settings);
    const { findings, ok } = await planned(database, PID_U);
    expect(findings.filter(({ check }) => check === 'displaces-indexes')).toMatchObject([
      { severity: 'note', message: expect.stringMatching(/^the server drops index fk1 \(pid\) of t, which/) },
    ]);
    expect(ok).toBe(true);

    const migrations = testMigrations(PID_U);
    await up(database, migrations);
    expect(await indexNames(schema, 't')).toEqual(['after_x', 'before_x', 'idx_pid_u', 'last_u']);
    const [entry] = await readLedger(database);
    expect(entry?.displaced).toMatchObject([{ definition: { name: 'fk1' }, after: ['before_x'] }]);
    const [built] = await readHistory(database, { limit: 1 });
    expect(built?.detail).toContain('dropped its index fk1');

    const preview = await down(database, migrations, { all: true, dryRun: true });
    expect(preview.findings).toMatchObject([{ check: 'index-put-back', severity: 'note' }]);
    const undone = await down(database, migrations, { all: true });
    expect(undone.migrations[0]?.statement).toMatch(/DROP INDEX `idx_pid_u`.* ADD KEY? ?/i);
    expect(await createStatements(schema)).toEqual(before);
  });

  test('several foreign keys, a combined ALTER and one further index', async () => {
    await using schema = await createSchema(server);
    await prepare(
      schema,
      `CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT, n INT, INDEX mine_n (n),
         CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (id), FOREIGN KEY (b) REFERENCES p (id), INDEX mine_n2 (n, id),
         CONSTRAINT fc FOREIGN KEY named_c (c) REFERENCES p (code))`,
    );
    const before = await createStatements(schema);
    await using database = await openTestDatabase(schema.settings);
    const migrations = testMigrations(
      { table: 't', name: 'i_ab', columns: ['a', 'b'] },
      { table: 't', name: 'i_an', columns: ['a', 'n'] },
      { table: 't', name: 'i_bn', columns: ['b', 'n'] },
      { table: 't', name: 'i_cn', columns: ['c', 'n'] },
      { table: 't', name: 'i_n', columns: ['n', 'a'] },
    );
    await up(database, migrations);
    expect(await indexNames(schema, 't')).toEqual([
      'i_ab',
      'i_an',
      'i_bn',
      'i_cn',
      'i_n',
      'mine_n',
      'mine_n2',
    ]);
    await down(database, migrations, { step: 3 });
    // i_an still serves the key over a.
    expect(await indexNames(schema, 't')).toHaveLength(6);
    await down(database, migrations, { all: true });
    expect(await createStatements(schema)).toEqual(before);
  });

  test('migrations that come one after the other and go in another order', async () => {
    await using schema = await createSchema(server);
    await prepare(schema, CHILD);
    const before = await createStatements(schema);
    await using database = await openTestDatabase(schema.settings);
    const [first, second] = testMigrations(PID_U, { table: 't', name: 'idx_pid_x', columns: ['pid', 'x'] });
    // The later name first: it displaces the server's index, and is the first to go.
    await up(database, [second!]);
    await up(database, [first!, second!]);
    await down(database, [first!, second!]);
    expect(await indexNames(schema, 't')).toEqual(['after_x', 'before_x', 'idx_pid_u', 'last_u']);
    await down(database, [first!, second!]);
    expect(await createStatements(schema)).toEqual(before);
  });

  test('an index that somebody named is kept by the server, and so by down', async () => {
    await using schema = await createSchema(server);
    await prepare(
      schema,
      'CREATE TABLE t (id INT PRIMARY KEY, pid INT, u DATETIME, INDEX mine (pid), FOREIGN KEY (pid) REFERENCES p (id))',
    );
    const before = await createStatements(schema);
    await using database = await openTestDatabase(schema.settings);
    expect((await planned(database, PID_U)).findings.map(({ check }) => check)).not.toContain(
      'displaces-indexes',
    );
    const migrations = testMigrations(PID_U);
    await up(database, migrations);
    expect(await indexNames(schema, 't')).toEqual(['idx_pid_u', 'mine']);
    expect((await readLedger(database))[0]?.displaced).toEqual([]);
    await down(database, migrations);
    expect(await createStatements(schema)).toEqual(before);
  });

  test('a foreign key that was made after the index, and an index that was adopted, get the server’s own', async () => {
    await using schema = await createSchema(server);
    await prepare(
      schema,
      'CREATE TABLE t (id INT PRIMARY KEY, pid INT, u DATETIME)',
      'CREATE TABLE s (id INT PRIMARY KEY, pid INT, u DATETIME, CONSTRAINT sp FOREIGN KEY (pid) REFERENCES p (id))',
      'ALTER TABLE s ADD INDEX idx_s (pid, u)',
    );
    await using database = await openTestDatabase(schema.settings);
    const migrations = testMigrations(PID_U, { table: 's', name: 'idx_s', columns: ['pid', 'u'] });
    expect(actions(await up(database, migrations))).toEqual(['built idx_pid_u', 'adopted idx_s']);
    await schema.connection.query('ALTER TABLE t ADD FOREIGN KEY (pid) REFERENCES p (id)');
    await down(database, migrations, { all: true });
    expect(await indexNames(schema, 't')).toEqual(['pid']);
    expect(await indexNames(schema, 's')).toEqual(['sp']);
  });

  test('an index that another table’s foreign key references is not dropped', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE r (id INT PRIMARY KEY, code INT NOT NULL)');
    await using database = await openTestDatabase(schema.settings);
    const migrations = testMigrations({ table: 'r', name: 'uq_code', columns: ['code'], unique: true });
    await up(database, migrations);
    await schema.connection.query(
      'CREATE TABLE child (id INT PRIMARY KEY, code INT, CONSTRAINT to_r FOREIGN KEY (code) REFERENCES r (code))',
    );
    await expect(down(database, migrations)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(
        /foreign key to_r of table child references the columns of index uq_code/,
      ),
    });
    expect(await indexNames(schema, 'r')).toEqual(['uq_code']);
  });

  test('hidden, published, hidden again and dropped', async () => {
    await using schema = await createSchema(server);
    await prepare(schema, CHILD);
    const before = await createStatements(schema);
    await using database = await openTestDatabase(schema.settings);
    const plan = await migratePlan({
      database,
      migrations: testMigrations(PID_U),
      options: { ...DEFAULT_UP_OPTIONS, hidden: true },
    });
    expect(plan.findings.find(({ check }) => check === 'displaces-indexes')?.hint).toMatch(/is hidden/);
    const migrations = testMigrations(PID_U);
    await up(database, migrations, { hidden: true });
    await migratePublish({
      database,
      migrations,
      options: DEFAULT_PUBLISH_OPTIONS,
      prove: async () => [],
      observe: () => {},
      signal: new AbortController().signal,
      toolVersion: '0.0.0-test',
    });
    expect(actions(await down(database, migrations, { soakSeconds: 0 }))).toEqual(['hidden idx_pid_u']);
    expect((await readLedger(database))[0]?.displaced).toHaveLength(1);
    await down(database, migrations, { soakSeconds: 0 });
    expect(await createStatements(schema)).toEqual(before);
  });

  test('without the privilege to try it, the plan says what may happen; a copying tool is refused', async () => {
    await using schema = await createSchema(server);
    await prepare(schema, CHILD);
    await using user = await createUser(server, [`SELECT, ALTER, INDEX ON \`${schema.name}\`.*`]);
    const login = { ...schema.settings, user: user.name, password: user.password };
    await using database = await openTestDatabase(login);
    const finding = (await planned(database, PID_U)).findings.find(
      ({ check }) => check === 'displaces-indexes',
    );
    expect(finding?.message).toMatch(/^the server drops index fk1 \(pid\) of t if it made it itself/);
    const copied = await planned(database, { ...PID_U, strategy: 'pt-osc' });
    expect(copied.findings.find(({ check }) => check === 'strategy-possible')).toMatchObject({
      severity: 'refuse',
    });
    expect(copied.findings.map(({ check }) => check)).not.toContain('displaces-indexes');
  });
});
