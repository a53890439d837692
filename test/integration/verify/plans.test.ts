import { describe, expect, test } from 'vitest';
import { loadTables } from '../../../src/pipeline/source/load-tables.ts';
import { proveHiddenIndex } from '../../../src/verify/plans/prove-hidden-index.ts';
import { toDocument } from '../../../src/verify/report/document.ts';
import { servers } from '../../support/schemas.ts';
import { createVerifyScene } from '../../support/verify-scene.ts';

describe.each(servers)('plans of the extraction on $label', (server) => {
  test.each([0, 3, 20_000])('are ranges of the index on a table of %i rows', async (rows) => {
    await using scene = await createVerifyScene(server);
    if (rows > 0) await scene.fill(rows);
    await scene.migrate();

    const document = toDocument(await scene.verify({ plans: true }));

    expect(document.summary.ok).toBe(true);
    const { plans } = document.databases[0]!;
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(plan).toMatchObject({ ok: true, expectedIndex: 'idx_update_time' });
    if (rows === 20_000)
      expect(plans.at(-1)).toMatchObject({ access: 'range', usedIndex: 'idx_update_time' });
  });

  test('start at the watermark', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(1000);
    await scene.migrate();
    const watermarks = [{ database: 'business', table: 'orders', watermark: ['2001-02-03 04:05:06', '17'] }];

    const document = toDocument(await scene.verify({ plans: true }, { watermarks }));

    const [tie, rest] = document.databases[0]!.plans;
    expect(tie?.query).toContain("`update_time` = '2001-02-03 04:05:06' AND `id` > 17");
    expect(rest?.query).toContain("`update_time` > '2001-02-03 04:05:06'");
  });

  test.each([
    ['dropped', 'DROP INDEX idx_update_time'],
    ['hidden', `ALTER INDEX idx_update_time ${server.flavour === 'mysql' ? 'INVISIBLE' : 'IGNORED'}`],
  ])('are not served where the index is %s', async (_, clause) => {
    await using scene = await createVerifyScene(server);
    await scene.fill(1000);
    await scene.migrate();
    await scene.sql(`ALTER TABLE orders ${clause}`);

    const document = toDocument(await scene.verify({ plans: true }));

    expect(document.summary.ok).toBe(false);
    const rules = document.databases[0]!.problems.map(({ rule }) => rule);
    expect(rules).toContain('plan-not-served');
    expect(document.databases[0]!.plans.every(({ ok }) => !ok)).toBe(true);
  });

  test('of a table that is gone are impossible, and say so', async () => {
    await using scene = await createVerifyScene(server);
    await scene.sql('DROP TABLE orders');

    const document = toDocument(await scene.verify({ plans: true, benchmark: true }));

    expect(document.databases[0]!.plans).toMatchObject([{ ok: false, state: 'impossible' }]);
    expect(document.databases[0]!.plans[0]?.reason).toContain('no such table');
    expect(document.summary).toMatchObject({ expected: 3, missing: 3 });
  });

  test('of a hidden index can be asked for before it is shown', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(1000);
    await scene.migrate({ hidden: true });
    const { project, projectDatabase } = scene.files;
    const tables = await loadTables(project, projectDatabase, null);

    const ask = (index: string) =>
      proveHiddenIndex({
        database: scene.database,
        hidden: { table: 'orders', index },
        tables,
        watermark: null,
      });
    const needed = await ask('idx_update_time');
    const unneeded = await ask('idx_note');

    expect(needed).toEqual({ kind: server.flavour === 'mysql' ? 'proven' : 'not-possible' });
    expect(unneeded).toEqual({ kind: 'not-extracted' });
    await using session = await scene.database.session();
    expect(await session.value('SELECT @@SESSION.optimizer_switch')).not.toContain(
      'use_invisible_indexes=on',
    );
  });
});
