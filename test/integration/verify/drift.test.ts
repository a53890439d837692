import { describe, expect, test } from 'vitest';
import type { IndexOptions } from '../../../src/migrations/define-index.ts';
import { INDEX_CHECKS } from '../../../src/verify/checks.ts';
import { toDocument } from '../../../src/verify/report/document.ts';
import { verify } from '../../../src/verify/verify.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { type MemoryProject, createMemoryProject } from '../../support/memory-project.ts';
import { up } from '../../support/migrations.ts';
import { createSchema, servers, type TestServer } from '../../support/schemas.ts';

const INDEXES: readonly IndexOptions[] = [
  { table: 'orders', name: 'idx_update_time', columns: ['update_time'] },
  { table: 'orders', name: 'idx_user_time', columns: ['user_id', 'update_time'] },
  { table: 'orders', name: 'idx_note', columns: [{ column: 'note', length: 10 }] },
];

/** A schema with one table, and a project with three indexes on it. */
async function setUp(server: TestServer) {
  const schema = await createSchema(server);
  await schema.connection.query(`CREATE TABLE orders (
    id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, note VARCHAR(50) NOT NULL, price DECIMAL(10, 2),
    update_time DATETIME NOT NULL, KEY price (price))`);
  await schema.connection.query(`CREATE TABLE elsewhere (id BIGINT PRIMARY KEY, a INT, KEY idx_a (a))`);
  const database = await openTestDatabase(schema.settings);
  const project = await createMemoryProject(INDEXES);
  return {
    schema,
    database,
    project,
    sql: (statement: string) => schema.connection.query(statement),
    migrate: async () => up(database, await project.migrations()),
    verify: async (strict = false) => toDocument(await verifyProject(project, { database, strict })),
    [Symbol.asyncDispose]: async () => {
      await project[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}

async function verifyProject(
  { project, projectDatabase }: MemoryProject,
  {
    database,
    strict,
  }: { readonly database: Awaited<ReturnType<typeof openTestDatabase>>; readonly strict: boolean },
) {
  return verify({
    project,
    databases: [{ ...projectDatabase, database }],
    checks: { ...INDEX_CHECKS, strict },
    watermarks: [],
    since: null,
    keep: false,
  });
}

type Document = Awaited<ReturnType<Awaited<ReturnType<typeof setUp>>['verify']>>;

const states = (document: Document) =>
  Object.fromEntries(document.databases[0]!.indexes.map(({ index, state }) => [index, state]));
const find = (document: Document, name: string) =>
  document.databases[0]!.indexes.find(({ index }) => index === name)!;

describe.each(servers)('drift on $label', (server) => {
  test('pending migrations are expected and missing, and nothing is created to say so', async () => {
    await using scene = await setUp(server);

    const document = await scene.verify();

    expect(document.summary).toMatchObject({ expected: 3, found: 0, missing: 3, ok: false });
    expect(states(document)).toMatchObject({ idx_update_time: 'missing', idx_note: 'missing' });
    const [tables] = await scene.sql("SHOW TABLES LIKE 'tidemark%'");
    expect(tables).toEqual([]);
  });

  test('what was migrated is as recorded', async () => {
    await using scene = await setUp(server);
    await scene.migrate();

    const document = await scene.verify();

    expect(document.summary).toEqual({
      expected: 3,
      found: 3,
      missing: 0,
      changed: 0,
      unrecorded: 0,
      hidden: 0,
      orphan: 0,
      ok: true,
    });
    expect(find(document, 'idx_note')).toMatchObject({
      state: 'ok',
      ledgerState: 'applied',
      expected: { columns: [{ name: 'note', length: 10, descending: false }], unique: false, type: 'BTREE' },
      actual: { columns: [{ name: 'note', length: 10, descending: false }], unique: false, type: 'BTREE' },
      differences: [],
    });
  });

  test('an index that was dropped by hand is missing, and an equal one under another name is pointed to', async () => {
    await using scene = await setUp(server);
    await scene.migrate();
    await scene.sql('ALTER TABLE orders DROP INDEX idx_update_time');
    await scene.sql('ALTER TABLE orders DROP INDEX idx_note, ADD INDEX by_note (note(10))');

    const document = await scene.verify();

    expect(document.summary).toMatchObject({ expected: 3, found: 1, missing: 2, ok: false });
    expect(find(document, 'idx_update_time')).toMatchObject({ state: 'missing', actual: null });
    expect(find(document, 'idx_note').problems[0]?.message).toContain('by_note has the same definition');
  });

  test.each([
    ['column order', 'ADD INDEX idx_user_time (update_time, user_id)', 'idx_user_time'],
    ['columns', 'ADD INDEX idx_user_time (user_id)', 'idx_user_time'],
    ['uniqueness', 'ADD UNIQUE INDEX idx_user_time (user_id, update_time)', 'idx_user_time'],
    ['direction', 'ADD INDEX idx_user_time (user_id, update_time DESC)', 'idx_user_time'],
    ['prefix length', 'ADD INDEX idx_note (note(20))', 'idx_note'],
    ['type', 'ADD FULLTEXT INDEX idx_note (note)', 'idx_note'],
  ])('a changed %s is named', async (difference, clause, index) => {
    await using scene = await setUp(server);
    await scene.migrate();
    await scene.sql(`ALTER TABLE orders DROP INDEX ${index}`);
    await scene.sql(`ALTER TABLE orders ${clause}`);

    const document = await scene.verify();

    expect(document.summary).toMatchObject({ expected: 3, found: 3, missing: 0, changed: 1, ok: false });
    const found = find(document, index);
    expect(found.state).toBe('changed');
    expect(found.differences).toContain(difference);
    expect(found.problems[0]?.mend).toContain('--fix');
  });

  test('a hidden index is reported as hidden', async () => {
    await using scene = await setUp(server);
    await scene.migrate();
    const keyword = server.flavour === 'mysql' ? 'INVISIBLE' : 'IGNORED';
    await scene.sql(`ALTER TABLE orders ALTER INDEX idx_update_time ${keyword}`);

    const document = await scene.verify();

    expect(document.summary).toMatchObject({ found: 3, hidden: 1, changed: 0, ok: false });
    expect(find(document, 'idx_update_time')).toMatchObject({ state: 'hidden', differences: ['visibility'] });
  });

  test('an index that a migration built hidden is no difference', async () => {
    await using scene = await setUp(server);
    await up(scene.database, await scene.project.migrations(), { hidden: true });

    const document = await scene.verify();

    expect(document.summary).toMatchObject({ hidden: 3, ok: true });
  });

  test('a stray index on a migrated table is unrecorded; with --strict any index anywhere is', async () => {
    await using scene = await setUp(server);
    await scene.migrate();
    await scene.sql(
      'ALTER TABLE orders ADD INDEX idx_stray (price, note), ADD INDEX by_price_and_id (price, id)',
    );

    const usual = await scene.verify();
    const strict = await scene.verify(true);

    expect(usual.summary).toMatchObject({ expected: 3, found: 3, unrecorded: 1, ok: false });
    expect(states(usual)).toMatchObject({ idx_stray: 'unrecorded' });
    expect(states(usual)).not.toHaveProperty('by_price_and_id');
    expect(states(strict)).toMatchObject({
      price: 'unrecorded',
      by_price_and_id: 'unrecorded',
      idx_a: 'unrecorded',
    });
    expect(states(strict)).not.toHaveProperty('PRIMARY');
  });

  test('an index that is there as its pending migration declares it can be adopted', async () => {
    await using scene = await setUp(server);
    await scene.sql('ALTER TABLE orders ADD INDEX idx_update_time (update_time)');

    const document = await scene.verify();

    expect(document.summary).toMatchObject({ expected: 3, found: 1, missing: 2, unrecorded: 1, ok: false });
    const found = find(document, 'idx_update_time');
    expect(found).toMatchObject({ state: 'unrecorded', ledgerState: 'pending' });
    expect(found.problems[0]?.mend).toContain('migrate:adopt');
  });

  test('a ledger row without its file is an orphan; an edited file is a change', async () => {
    await using scene = await setUp(server);
    await scene.migrate();
    await scene.project.remove(0);
    await scene.project.declare(1, { ...INDEXES[1]!, columns: ['user_id'] });

    const document = await scene.verify();

    expect(document.summary).toMatchObject({ expected: 3, found: 3, orphan: 1, changed: 1, ok: false });
    expect(find(document, 'idx_update_time').state).toBe('orphan');
    expect(find(document, 'idx_user_time')).toMatchObject({
      state: 'changed',
      differences: ['migration file', 'columns'],
      expected: { columns: [{ name: 'user_id' }] },
    });
  });

  test('redundant indexes are remarked on and are no difference', async () => {
    await using scene = await setUp(server);
    await scene.sql('ALTER TABLE orders ADD INDEX by_user (user_id), ADD INDEX by_time (update_time)');
    await scene.migrate();

    const document = await scene.verify();

    expect(document.summary.ok).toBe(true);
    const messages = document.databases[0]!.problems.map(
      ({ severity, message }) => `${severity}: ${message}`,
    );
    expect(messages).toEqual([
      'warning: index idx_update_time of orders has the same definition as by_time',
      'note: index by_user of orders is a left prefix of idx_user_time',
    ]);
  });
});
