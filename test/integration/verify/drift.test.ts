import { describe, expect, test } from 'vitest';
import { toDocument } from '../../../src/verify/report/document.ts';
import { servers } from '../../support/schemas.ts';
import { SCENE_INDEXES, createVerifyScene } from '../../support/verify-scene.ts';

type Document = ReturnType<typeof toDocument>;

const states = (document: Document) =>
  Object.fromEntries(document.databases[0]!.indexes.map(({ index, state }) => [index, state]));
const find = (document: Document, name: string) =>
  document.databases[0]!.indexes.find(({ index }) => index === name)!;

describe.each(servers)('drift on $label', (server) => {
  test('pending migrations are expected and missing, and nothing is created to say so', async () => {
    await using scene = await createVerifyScene(server);

    const document = toDocument(await scene.verify());

    expect(document.summary).toMatchObject({ expected: 3, found: 0, missing: 3, ok: false });
    expect(states(document)).toMatchObject({ idx_update_time: 'missing', idx_note: 'missing' });
    const [tables] = await scene.schema.connection.query("SHOW TABLES LIKE 'tidemark%'");
    expect(tables).toEqual([]);
  });

  test('what was migrated is as recorded', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate();

    const document = toDocument(await scene.verify());

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
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    await scene.sql('ALTER TABLE orders DROP INDEX idx_update_time');
    await scene.sql('ALTER TABLE orders DROP INDEX idx_note, ADD INDEX by_note (note(10))');

    const document = toDocument(await scene.verify());

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
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    await scene.sql(`ALTER TABLE orders DROP INDEX ${index}`);
    await scene.sql(`ALTER TABLE orders ${clause}`);

    const document = toDocument(await scene.verify());

    expect(document.summary).toMatchObject({ expected: 3, found: 3, missing: 0, changed: 1, ok: false });
    const found = find(document, index);
    expect(found.state).toBe('changed');
    expect(found.differences).toContain(difference);
    expect(found.problems[0]?.mend).toContain('--fix');
  });

  test('a hidden index is reported as hidden', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    const keyword = server.flavour === 'mysql' ? 'INVISIBLE' : 'IGNORED';
    await scene.sql(`ALTER TABLE orders ALTER INDEX idx_update_time ${keyword}`);

    const document = toDocument(await scene.verify());

    expect(document.summary).toMatchObject({ found: 3, hidden: 1, changed: 0, ok: false });
    expect(find(document, 'idx_update_time')).toMatchObject({ state: 'hidden', differences: ['visibility'] });
  });

  test('an index that a migration built hidden is no difference', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate({ hidden: true });

    const document = toDocument(await scene.verify());

    expect(document.summary).toMatchObject({ hidden: 3, ok: true });
  });

  test('a stray index on a migrated table is unrecorded; with --strict any index anywhere is', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    await scene.sql(
      'ALTER TABLE orders ADD INDEX idx_stray (price, note), ADD INDEX by_price_and_id (price, id)',
    );

    const usual = toDocument(await scene.verify());
    const strict = toDocument(await scene.verify({ strict: true }));

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
    await using scene = await createVerifyScene(server);
    await scene.sql('ALTER TABLE orders ADD INDEX idx_update_time (update_time)');

    const document = toDocument(await scene.verify());

    expect(document.summary).toMatchObject({ expected: 3, found: 1, missing: 2, unrecorded: 1, ok: false });
    const found = find(document, 'idx_update_time');
    expect(found).toMatchObject({ state: 'unrecorded', ledgerState: 'pending' });
    expect(found.problems[0]?.mend).toContain('migrate:adopt');
  });

  test('a ledger row without its file is an orphan; an edited file is a change', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    await scene.files.remove(0);
    await scene.files.declare(1, { ...SCENE_INDEXES[1]!, columns: ['user_id'] });

    const document = toDocument(await scene.verify());

    expect(document.summary).toMatchObject({ expected: 3, found: 3, orphan: 1, changed: 1, ok: false });
    expect(find(document, 'idx_update_time').state).toBe('orphan');
    expect(find(document, 'idx_user_time')).toMatchObject({
      state: 'changed',
      differences: ['migration file', 'columns'],
      expected: { columns: [{ name: 'user_id' }] },
    });
  });

  test('redundant indexes are remarked on and are no difference', async () => {
    await using scene = await createVerifyScene(server);
    await scene.sql('ALTER TABLE orders ADD INDEX by_user (user_id), ADD INDEX by_time (update_time)');
    await scene.migrate();

    const document = toDocument(await scene.verify());

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
