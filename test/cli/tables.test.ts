import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../support/cli.ts';
import { extractLoadDocument, freshnessDocument, tablesDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

const BUSINESS = ['--db', 'business'];

describe.concurrent.each(servers)('tidemark tables on $label', { timeout: 180_000 }, (server) => {
  test('lists what is moved and how, and watermarks check says what is stale', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, project, schemas } = sample;
    const file = path.join(project.directory, 'tables', 'business.ts');
    const entries = `{ table: 'user', strategy: 'full', maxLag: '2s' },
      { table: 'dataset', strategy: 'compare' },
      { table: 'order_tab', cursor: 'update_time', index: 'idx_update_time' },
      { table: 'gone', strategy: 'full' },`;
    const head = (await readFile(file, 'utf8')).match(/^import .*$/m)![0];
    const write = (text: string) => writeFile(file, `${head}\n\nexport default defineTables([${text}]);\n`);
    await write(entries);

    const before = await runCliJson(tablesDocument, ['tables', ...BUSINESS], cli);
    expect(before.exitCode).toBe(0);
    expect(before.document.tables).toMatchObject([
      { table: 'user', strategy: 'full', cursor: null, index: null, indexState: 'not-needed', rows: null },
      { table: 'dataset', strategy: 'compare', indexState: 'not-needed', ageSeconds: null },
      { table: 'order_tab', strategy: 'watermark', cursor: 'update_time', indexState: 'missing' },
      { table: 'gone', indexState: 'not-needed', fault: expect.stringContaining('no such table') as string },
    ]);

    await write(entries.replace("{ table: 'gone', strategy: 'full' },", ''));
    expect((await runCli(['migrate', 'up', ...BUSINESS], cli)).exitCode).toBe(0);
    const none = await runCliJson(
      freshnessDocument,
      ['watermarks', 'check', ...BUSINESS, '--max-lag', '1h'],
      cli,
    );
    expect(none.exitCode).toBe(1);
    expect(none.document.tables.map(({ stale }) => stale)).toEqual([true, true, true]);
    const first = await runCliJson(extractLoadDocument, ['extract-load', ...BUSINESS], cli);
    expect(first.document.runs.map(({ table, mode }) => [table, mode])).toEqual([
      ['user', 'full'],
      ['dataset', 'snapshot'],
      ['order_tab', 'snapshot'],
    ]);
    await schemas.business.connection.query('UPDATE dataset SET status = 9 - status WHERE id = 3');
    const second = await runCliJson(extractLoadDocument, ['extract-load', ...BUSINESS], cli);
    expect(second.document.runs).toMatchObject([
      { mode: 'full', rows: 50 },
      { mode: 'compare', rows: 1, index: 'PRIMARY' },
      { mode: 'incremental' },
    ]);

    const after = await runCliJson(tablesDocument, ['tables', ...BUSINESS], cli);
    expect(after.document.tables).toMatchObject([
      { table: 'user', rows: 50, lagSeconds: null },
      { table: 'dataset', rows: 10 },
      { table: 'order_tab', rows: 1000, index: 'idx_update_time', indexState: 'ok' },
    ]);
    for (const { ageSeconds } of after.document.tables) expect(ageSeconds).toBeLessThan(120);
    expect((await runCli(['tables', ...BUSINESS], cli)).stdout).toMatch(
      /business\.order_tab +watermark +update_time/,
    );

    // What a table file says of itself counts for more than the option.
    await expect
      .poll(async () => (await runCli(['watermarks', 'check', ...BUSINESS, '--max-lag', '1h'], cli)).exitCode)
      .toBe(1);
    const checked = await runCli(['watermarks', 'check', ...BUSINESS, '--max-lag', '1h'], cli);
    expect(checked.stdout).toMatch(/business\.user .* STALE/);
    expect(checked.stdout).toMatch(/business\.order_tab .* fresh/);
    expect(checked.stdout).toContain('1 of 3 tables are stale');
    const others = ['--table', 'order_tab', '--table', 'dataset'];
    expect(
      (await runCli(['watermarks', 'check', ...BUSINESS, ...others, '--max-lag', '1h'], cli)).exitCode,
    ).toBe(0);
    const unasked = await runCli(['watermarks', 'check', ...BUSINESS, ...others], cli);
    expect(unasked).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no table has a maxLag') as string,
    });
    const wrong = await runCli(['watermarks', 'check', '--max-lag', 'soon'], cli);
    expect(wrong.exitCode).toBe(2);

    expect((await runCli(['verify', ...BUSINESS, '--full'], cli)).exitCode).toBe(0);
    await write(
      `{ table: 'user', strategy: 'sometimes' }, { table: 'dataset', strategy: 'full', cursor: 'id' }`,
    );
    const faulty = await runCli(['tables', ...BUSINESS], cli);
    expect(faulty.exitCode).toBe(2);
    expect(faulty.stderr).toContain("expected 'watermark', 'full' or 'compare'");
    expect(faulty.stderr).toContain('cursor');
  });
});
