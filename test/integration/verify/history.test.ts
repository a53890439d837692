import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FULL_CHECKS } from '../../../src/verify/checks.ts';
import { toDocument } from '../../../src/verify/report/document.ts';
import { verify } from '../../../src/verify/verify.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { createUser, servers } from '../../support/schemas.ts';
import { createVerifyScene } from '../../support/verify-scene.ts';

describe.each(servers)('history on $label', (server) => {
  test('a verification is compared with the last one that was kept', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(1000);
    await scene.migrate();
    const first = toDocument(await scene.verify({ plans: true, usage: true }, { keep: true }));
    await scene.sql('SELECT id FROM orders FORCE INDEX (idx_user_time) WHERE user_id = 5');
    const usage = toDocument(await scene.verify({ usage: true }, { keep: true }));
    await scene.sql('ALTER TABLE orders DROP INDEX idx_update_time');

    const second = toDocument(await scene.verify({ plans: true }, { since: new Date(first.startedAt) }));

    expect(first.databases[0]).toMatchObject({
      comparedWith: null,
      changes: [],
      recording: { kind: 'recorded' },
    });
    const read = usage.databases[0]!.usage.find(({ index }) => index === 'idx_user_time');
    expect(read?.readsSincePrevious).toBeGreaterThanOrEqual(10);
    expect(second.databases[0]!.comparedWith).toBe(first.startedAt);
    expect(second.databases[0]!.changes).toContainEqual({
      kind: 'index-state',
      table: 'orders',
      index: 'idx_update_time',
      from: 'ok',
      to: 'missing',
    });
  });

  test('since a time, the last one before it is taken', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    await scene.verify({}, { keep: true });
    await sleep(20);
    const between = new Date();
    await sleep(20);
    await scene.sql('ALTER TABLE orders DROP INDEX idx_note');
    await scene.verify({}, { keep: true });

    const sinceLast = toDocument(await scene.verify());
    const sinceThen = toDocument(await scene.verify({}, { since: between }));
    const sinceEver = toDocument(await scene.verify({}, { since: new Date('2001-01-01') }));

    expect(sinceLast.databases[0]!.changes).toEqual([]);
    expect(sinceThen.databases[0]!.changes).toMatchObject([{ index: 'idx_note', from: 'ok', to: 'missing' }]);
    expect(sinceEver.databases[0]!.comparedWith).toBeNull();
  });

  test('before the first migration nothing is kept and nothing created', async () => {
    await using scene = await createVerifyScene(server);

    const document = toDocument(await scene.verify({}, { keep: true }));

    expect(document.databases[0]!.recording).toMatchObject({ kind: 'not-recorded' });
    const [tables] = await scene.schema.connection.query("SHOW TABLES LIKE 'tidemark%'");
    expect(tables).toEqual([]);
  });

  test('a user who may only read verifies all the same', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    await using user = await createUser(server, [`SELECT ON \`${scene.schema.name}\`.*`]);
    await using database = await openTestDatabase({
      ...scene.schema.settings,
      user: user.name,
      password: user.password,
    });

    const document = toDocument(
      await verify({
        project: scene.files.project,
        databases: [{ ...scene.files.projectDatabase, database }],
        checks: FULL_CHECKS,
        watermarks: [],
        keep: true,
      }),
    );

    expect(document.summary).toMatchObject({ expected: 3, found: 3, ok: true });
    expect(document.databases[0]!.recording).toEqual({
      kind: 'not-recorded',
      reason: 'the user may not write',
    });
    if (server.flavour === 'mysql') {
      expect(document.databases[0]!.usage[0]).toMatchObject({
        reads: null,
        source: 'unavailable',
        mend: `GRANT SELECT ON performance_schema.* TO '${user.name}'@'%'`,
      });
    }
  });
});
