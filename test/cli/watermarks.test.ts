import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../support/cli.ts';
import { extractLoadDocument, watermarksDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

interface CountRow extends RowDataPacket {
  readonly since: number;
}

const BUSINESS = ['--db', 'business'];
const ORDERS = [...BUSINESS, '--table', 'order_tab'];

describe.concurrent.each(servers)('tidemark watermarks on $label', { timeout: 180_000 }, (server) => {
  test('show, set and reset decide what the next run reads', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    expect((await runCli(['migrate', 'up', ...BUSINESS], cli)).exitCode).toBe(0);
    expect((await runCli(['watermarks', 'show'], cli)).stdout).toBe('Nothing was extracted yet.');
    const early = await runCli(['watermarks', 'set', ...ORDERS, '--value', '2025-12-01'], cli);
    expect(early).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('was never loaded') });

    expect((await runCli(['extract-load', ...ORDERS], cli)).exitCode).toBe(0);
    const shown = await runCliJson(watermarksDocument, ['watermarks', 'show', ...BUSINESS], cli);
    expect(shown.document.watermarks).toMatchObject([
      { database: 'business', table: 'order_tab', cursor: ['update_time', 'id'], rows: 1000 },
    ]);
    expect(shown.document.watermarks[0]?.lagSeconds).toBeGreaterThan(0);
    expect((await runCli(['watermarks'], cli)).stdout).toContain('business.order_tab');

    const value = '2025-06-01 00:00:00';
    const set = await runCliJson(watermarksDocument, ['watermarks', 'set', ...ORDERS, '--value', value], cli);
    expect(set.document.watermarks).toMatchObject([{ table: 'order_tab', value: [value] }]);
    const wrong = await runCli(['watermarks', 'set', ...ORDERS, '--value', 'yesterday'], cli);
    expect(wrong).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"yesterday" is not a valid value for'),
    });

    const [[counted]] = await schemas.business.connection.query<CountRow[]>(
      'SELECT COUNT(*) AS since FROM order_tab WHERE update_time >= ?',
      [value],
    );
    const planned = await runCli(['extract-load', ...ORDERS, '--dry-run'], cli);
    expect(planned.stdout).toContain(value);
    expect(planned.stdout).toContain('Nothing was read or written.');
    const rerun = await runCliJson(extractLoadDocument, ['extract-load', ...ORDERS], cli);
    expect(rerun.document.runs).toMatchObject([{ mode: 'incremental', rows: counted!.since }]);

    const reset = await runCliJson(watermarksDocument, ['watermarks', 'reset', ...ORDERS], cli);
    expect(reset.document.watermarks).toMatchObject([{ table: 'order_tab' }]);
    expect((await runCli(['watermarks', 'reset', ...ORDERS], cli)).stdout).toContain('no watermark to reset');
    await sleep(1);
    const anew = await runCliJson(extractLoadDocument, ['extract-load', ...ORDERS], cli);
    expect(anew.document.runs).toMatchObject([{ mode: 'snapshot', rows: 1000 }]);
  });
});
