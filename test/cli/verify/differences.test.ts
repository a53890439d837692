import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../../support/cli.ts';
import { verifyDocument } from '../../support/contract.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { servers } from '../../support/schemas.ts';

const BUSINESS = ['--db', 'business'];

describe.concurrent.each(servers)('tidemark verify on $label', { timeout: 180_000 }, (server) => {
  test('ends with 1 and names an index that was dropped, changed, hidden or made by hand', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    const { connection } = schemas.business;
    expect((await runCli(['migrate', 'up', ...BUSINESS], cli)).exitCode).toBe(0);
    expect((await runCli(['verify', ...BUSINESS], cli)).exitCode).toBe(0);

    const hide = server.flavour === 'mysql' ? 'INVISIBLE' : 'IGNORED';
    for (const change of [
      'ALTER TABLE user DROP INDEX idx_update_time',
      'ALTER TABLE order_tab DROP INDEX idx_user_create_time, ADD INDEX idx_user_create_time (create_time, create_user)',
      `ALTER TABLE order_tab ALTER INDEX idx_create_time ${hide}`,
      'ALTER TABLE api_order ADD INDEX idx_by_hand (amount)',
    ]) {
      await connection.query(change);
    }
    const { document, exitCode } = await runCliJson(verifyDocument, ['verify', ...BUSINESS], cli);
    expect(exitCode).toBe(1);
    expect(document.summary).toMatchObject({
      expected: 13,
      found: 12,
      missing: 1,
      changed: 1,
      unrecorded: 1,
      ok: false,
    });
    const odd = document.databases.flatMap(({ indexes }) => indexes).filter(({ state }) => state !== 'ok');
    expect(
      odd.map(({ table, index, state, differences }) => ({ name: `${table}.${index}`, state, differences })),
    ).toEqual(
      expect.arrayContaining([
        { name: 'user.idx_update_time', state: 'missing', differences: [] },
        { name: 'order_tab.idx_user_create_time', state: 'changed', differences: ['column order'] },
        { name: 'order_tab.idx_create_time', state: 'hidden', differences: ['visibility'] },
        { name: 'api_order.idx_by_hand', state: 'unrecorded', differences: [] },
      ]),
    );
    expect(odd).toHaveLength(4);
    expect(odd.find(({ state }) => state === 'changed')).toMatchObject({
      expected: { columns: [{ name: 'create_user' }, { name: 'create_time' }] },
      actual: { columns: [{ name: 'create_time' }, { name: 'create_user' }] },
    });
  });

  test('a prefix length and a missing extraction index are differences too', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, project, schemas } = sample;
    await project.write(
      'migrations/business/20261124000001_user_idx_nickname.ts',
      "import { defineIndex } from 'tidemark/define';\nexport default defineIndex({ table: 'user', name: 'idx_nickname', columns: [{ column: 'nickname', length: 12 }] });\n",
    );
    expect((await runCli(['migrate', 'up', ...BUSINESS], cli)).exitCode).toBe(0);
    expect((await runCli(['extract-load', ...BUSINESS], cli)).exitCode).toBe(0);
    await schemas.business.connection.query(
      'ALTER TABLE user DROP INDEX idx_nickname, ADD INDEX idx_nickname (nickname(8)), DROP INDEX idx_update_time',
    );
    const { document, exitCode } = await runCliJson(verifyDocument, ['verify', '--plans', ...BUSINESS], cli);
    expect(exitCode).toBe(1);
    const [business] = document.databases;
    expect(business?.indexes.find(({ index }) => index === 'idx_nickname')).toMatchObject({
      state: 'changed',
      expected: { columns: [{ name: 'nickname', length: 12 }] },
      actual: { columns: [{ name: 'nickname', length: 8 }] },
    });
    const plans = business?.plans.filter(({ table }) => table === 'user') ?? [];
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.filter(({ ok }) => ok)).toEqual([]);

    const refused = await runCli(['extract-load', ...BUSINESS], cli);
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('would scan the table') });
  });

  test('pending migrations count as missing, and nothing is written where no ledger is', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { document, exitCode } = await runCliJson(verifyDocument, ['verify'], sample.cli);
    expect(exitCode).toBe(1);
    expect(document.summary).toMatchObject({ expected: 20, found: 0, missing: 20, ok: false });
    for (const { connection } of Object.values(sample.schemas)) {
      expect((await connection.query("SHOW TABLES LIKE 'tidemark%'"))[0]).toEqual([]);
    }
  });
});
