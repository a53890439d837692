import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../support/cli.ts';
import { extractLoadDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

const ORDERS = ['extract-load', '--db', 'business', '--table', 'order_tab'];

describe.each(servers)('extract-load on $label', { timeout: 180_000 }, (server) => {
  test('--append makes a change log, which deletes are not looked for in', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli } = sample;
    expect((await runCli(['migrate', 'up', '--db', 'business'], cli)).exitCode).toBe(0);
    const first = await runCliJson(extractLoadDocument, [...ORDERS, '--append'], cli);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.document.runs).toMatchObject([{ table: 'order_tab', mode: 'snapshot', rows: 1000 }]);

    const deletes = await runCli([...ORDERS, '--append', '--detect-deletes', 'mark'], cli);
    expect(deletes).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('change logs keep deleted rows: business.order_tab'),
    });
    const merged = await runCli(ORDERS, cli);
    expect(merged).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('give --append') });
    const compared = await runCli(['reconcile', '--db', 'business', '--table', 'order_tab'], cli);
    expect(compared).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('is a change log') });
  });
});
