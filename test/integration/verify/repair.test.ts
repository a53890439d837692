import { describe, expect, test } from 'vitest';
import { planRepair } from '../../../src/repair/plan-repair.ts';
import { runRepair } from '../../../src/repair/run-repair.ts';
import { updateBaseline } from '../../../src/verify/update-baseline.ts';
import { summarize } from '../../../src/verify/summary.ts';
import { servers } from '../../support/schemas.ts';
import { type VerifyScene, createVerifyScene } from '../../support/verify-scene.ts';

async function planFor(scene: VerifyScene) {
  const [verified] = (await scene.verify()).databases;
  return planRepair(verified!, scene.database.server);
}

async function repair(scene: VerifyScene) {
  await runRepair({
    database: scene.database,
    migrations: await scene.files.migrations(),
    plan: await planFor(scene),
    observe: () => {},
    signal: new AbortController().signal,
    toolVersion: '0.0.0-test',
  });
}

describe.each(servers)('repair on $label', (server) => {
  const hidden = server.flavour === 'mysql' ? 'INVISIBLE' : 'IGNORED';

  test('brings back what was dropped, changed and hidden by hand, in one statement each', async () => {
    await using scene = await createVerifyScene(server);
    await scene.fill(100);
    await scene.migrate();
    await scene.sql(`ALTER TABLE orders DROP INDEX idx_note, ALTER INDEX idx_update_time ${hidden}`);
    await scene.sql('ALTER TABLE orders DROP INDEX idx_user_time');
    await scene.sql('ALTER TABLE orders ADD INDEX idx_user_time (update_time, user_id)');

    const plan = await planFor(scene);
    await repair(scene);

    expect(plan.steps.map(({ kind }) => kind)).toEqual(['statement', 'statement', 'statement']);
    expect(summarize(await scene.verify())).toMatchObject({ expected: 3, found: 3, ok: true });
    expect((await planFor(scene)).steps).toEqual([]);
  });

  test('adopts what is there and builds what is pending', async () => {
    await using scene = await createVerifyScene(server);
    await scene.sql('ALTER TABLE orders ADD INDEX idx_update_time (update_time)');

    const plan = await planFor(scene);
    await repair(scene);

    expect(plan.steps.map(({ kind }) => kind)).toEqual(['adopt', 'migrate-up', 'migrate-up']);
    expect(summarize(await scene.verify())).toMatchObject({ expected: 3, found: 3, ok: true });
  });

  test('leaves a stray index to a person, who can accept it into the baseline', async () => {
    await using scene = await createVerifyScene(server);
    await scene.migrate();
    await scene.sql('ALTER TABLE orders ADD INDEX idx_stray (price, id)');
    const { project, projectDatabase } = scene.files;

    const plan = await planFor(scene);
    await repair(scene);
    const stillThere = summarize(await scene.verify());
    const target = { ...projectDatabase, database: scene.database };
    const written = await updateBaseline(project, [target]);
    const accepted = summarize(await scene.verify({ strict: true }));
    await scene.sql('ALTER TABLE orders DROP INDEX idx_stray, ADD INDEX idx_stray (price DESC, id)');
    const [changed] = (await scene.verify()).databases;

    expect(plan.steps).toMatchObject([{ kind: 'by-hand', index: 'idx_stray' }]);
    expect(stillThere).toMatchObject({ unrecorded: 1, ok: false });
    expect(written).toHaveLength(1);
    expect(accepted).toMatchObject({ unrecorded: 0, ok: true });
    expect(changed!.indexes.at(-1)).toMatchObject({
      kind: 'unrecorded',
      reason: { kind: 'differs-from-baseline', differences: ['direction'] },
    });
  });
});
