import { rm, writeFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../../support/cli.ts';
import { historyDocument, migrateDocument, planDocument, statusDocument } from '../../support/contract.ts';
import { indexNames } from '../../support/index-names.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { servers } from '../../support/schemas.ts';

const BUSINESS = ['--db', 'business'];
const FIRST = '20261123000001_user_idx_update_time';

describe.concurrent.each(servers)('tidemark migrate on $label', { timeout: 180_000 }, (server) => {
  test('status, plan and history tell what is, what would be and what was', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, project, schemas } = sample;

    const pending = await runCli(['migrate', 'status', '--exit-code'], cli);
    expect(pending.exitCode).toBe(1);
    expect(pending.stdout).toMatch(
      new RegExp(`^${FIRST} +user\\.idx_update_time +update_time +pending`, 'm'),
    );

    const plan = await runCliJson(planDocument, ['migrate', 'plan'], cli);
    expect(plan.exitCode).toBe(0);
    expect(plan.document.databases.map(({ statements }) => statements.length)).toEqual([5, 3]);
    expect(plan.document.databases.every(({ ok }) => ok)).toBe(true);
    const dryRun = await runCliJson(migrateDocument, ['migrate', 'up', '--all', '--dry-run'], cli);
    const planned = dryRun.document.databases.flatMap(({ migrations }) => migrations);
    expect(planned.map(({ action }) => action)).toEqual(Array.from({ length: 20 }, () => 'planned'));
    expect(dryRun.document.databases.map(({ pending: left }) => left)).toEqual([13, 7]);
    // All of that only read: not even the ledger is there.
    expect((await schemas.business.connection.query("SHOW TABLES LIKE 'tidemark%'"))[0]).toEqual([]);
    const none = await runCliJson(historyDocument, ['migrate', 'history'], cli);
    expect(none.document.databases.map(({ history }) => history)).toEqual([[], []]);

    expect((await runCli(['migrate', 'up', '--all'], cli)).exitCode).toBe(0);
    const applied = await runCliJson(statusDocument, ['migrate', 'status', '--exit-code'], cli);
    expect(applied.exitCode).toBe(0);
    for (const { state, appliedAt } of applied.document.databases.flatMap(({ migrations }) => migrations)) {
      expect(state).toBe('applied');
      expect(Date.now() - Date.parse(appliedAt ?? '')).toBeLessThan(600_000);
    }
    const history = await runCliJson(historyDocument, ['migrate', 'history', '--limit', '1000'], cli);
    const built = history.document.databases.flatMap((database) => database.history);
    expect(built.map(({ migration }) => migration)).toContain(FIRST);
    const limited = await runCliJson(historyDocument, ['migrate', 'history', '--limit', '3'], cli);
    expect(limited.document.databases.map((database) => database.history.length)).toEqual([3, 3]);
    expect((await runCli(['migrate', 'plan'], cli)).stdout).toContain('nothing to build');

    const folder = path.join(project.directory, 'migrations', 'business');
    const file = path.join(folder, `${FIRST}.ts`);
    await writeFile(file, (await readFile(file, 'utf8')).replace("['update_time']", "['create_time']"));
    await rm(path.join(folder, '20261123000002_user_idx_id_update_time.ts'));
    const changed = await runCliJson(statusDocument, ['migrate', 'status', ...BUSINESS, '--exit-code'], cli);
    expect(changed.exitCode).toBe(1);
    expect(changed.document.databases[0]?.migrations.slice(0, 2)).toMatchObject([
      { migration: FIRST, state: 'edited' },
      { migration: '20261123000002_user_idx_id_update_time', state: 'orphan' },
    ]);
    expect((await runCli(['migrate', 'up', ...BUSINESS], cli)).exitCode).toBe(4);
  });

  test('up builds what it can, tells what it could not, and exits with 3', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, project, schemas } = sample;
    await schemas.business.connection.query('UPDATE `user` SET update_time = NOW() WHERE id <= 2');
    const bad = '20991231000001_user_uq';
    await writeFile(
      path.join(project.directory, 'migrations', 'business', `${bad}.ts`),
      "import { defineIndex } from 'tidemark/define';\n\nexport default defineIndex({ table: 'user', name: 'uq', columns: ['update_time'], unique: true });\n",
    );

    const { exitCode, document, stderr } = await runCliJson(
      migrateDocument,
      ['migrate', 'up', ...BUSINESS],
      cli,
    );

    expect(exitCode).toBe(3);
    expect(document.databases[0]).toMatchObject({ pending: 1 });
    expect(document.databases[0]?.migrations).toHaveLength(13);
    expect(stderr).toContain('cannot build uq of table user: Duplicate entry');
    expect(stderr).toContain('13 of 14 migrations are done');
    expect(await indexNames(schemas.business, 'user')).toEqual(expect.arrayContaining(['idx_update_time']));
    const status = await runCliJson(statusDocument, ['migrate', 'status', ...BUSINESS], cli);
    expect(status.document.databases[0]?.migrations.map(({ state }) => state)).toEqual([
      ...Array.from({ length: 13 }, () => 'applied'),
      'failed',
    ]);
  });

  test('up and down by steps and to a migration', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    const done = async (...args: readonly string[]) => {
      const { document } = await runCliJson(migrateDocument, ['migrate', ...args, ...BUSINESS], cli);
      return document.databases.flatMap(({ migrations, pending }) => [
        ...migrations.map(({ action, table, index }) => `${action} ${table}.${index}`),
        pending,
      ]);
    };
    expect(await done('up', '--step', '1')).toEqual(['built user.idx_update_time', 12]);
    expect(await done('up', '--to', '20261123000003_dataset_idx_update_time')).toEqual([
      'built user.idx_id_update_time',
      'built dataset.idx_update_time',
      10,
    ]);
    expect(await done('down')).toEqual(['dropped dataset.idx_update_time', 11]);
    expect(await done('down', '--to', FIRST)).toEqual([
      'dropped user.idx_id_update_time',
      'dropped user.idx_update_time',
      13,
    ]);
    expect(await done('down')).toEqual([13]);
    expect(await indexNames(schemas.business, 'user')).not.toContain('idx_update_time');
  });

  test('adopt records indexes that were made by hand, and down leaves nothing of them', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    const { connection } = schemas.business;
    await connection.query('CREATE INDEX idx_update_time ON user (update_time)');
    await connection.query('CREATE INDEX by_hand ON order_tab (create_time)');

    const dryRun = await runCliJson(migrateDocument, ['migrate', 'adopt', ...BUSINESS, '--dry-run'], cli);
    expect(dryRun.document.databases[0]?.migrations).toMatchObject([{ migration: FIRST, action: 'planned' }]);

    const adopted = await runCliJson(
      migrateDocument,
      ['migrate', 'adopt', ...BUSINESS, '--adopt-equivalent'],
      cli,
    );
    expect(adopted.exitCode, adopted.stderr).toBe(0);
    expect(adopted.document.databases[0]).toMatchObject({
      migrations: [
        { migration: FIRST, table: 'user', index: 'idx_update_time', action: 'adopted' },
        { migration: '20261123000006_order_tab_idx_create_time', index: 'by_hand', action: 'adopted' },
      ],
      pending: 11,
    });
    const status = await runCliJson(statusDocument, ['migrate', 'status', ...BUSINESS], cli);
    expect(status.document.databases[0]?.migrations[0]).toMatchObject({ state: 'adopted' });
    expect(await indexNames(schemas.business, 'order_tab')).toEqual(['by_hand']);
  });

  test('create writes a file that up applies', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    const create = ['migrate', 'create', ...BUSINESS, '--table', 'user'];
    const created = await runCli([...create, '--columns', 'nickname(8), id DESC', '--json'], cli);
    expect(created.exitCode, created.stderr).toBe(0);
    const { file, migration } = JSON.parse(created.stdout) as { file: string; migration: string };
    expect(file).toMatch(/^migrations\/business\/\d{14}_user_idx_nickname_id\.ts$/);

    const again = await runCli([...create, '--columns', 'nickname(8), id DESC'], cli);
    expect(again).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('declares that index already'),
    });
    const wrong = await runCli([...create, '--columns', 'id, id'], cli);
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"id" is there twice') });

    const up = await runCli(['migrate', 'up', ...BUSINESS], cli);
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stdout).toContain(migration);
    expect(await indexNames(schemas.business, 'user')).toContain('idx_nickname_id');
  });
});
