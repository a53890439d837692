import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSink, type SinkSpec } from '../../src/sinks/open-sink.ts';
import { runCli, runCliJson, startCli } from '../support/cli.ts';
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

  test.each(['duckdb', 'parquet'] as const)(
    'a second run that may wait for the %s sink goes on when the first has let go',
    async (kind) => {
      await using sample = await createSampleProject(server, { rows: 1000 });
      const { cli, project } = sample;
      expect((await runCli(['migrate', 'up', '--db', 'business'], cli)).exitCode).toBe(0);
      const place = path.join(project.directory, 'data', kind);
      const spec: SinkSpec = { kind, location: place };
      const args = [...ORDERS, '--sink', kind, '--output', place];
      // This process is the first one.
      await using sink = await openSink(spec);
      const refused = await runCli(args, cli);
      expect(refused).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining(`another process has ${place}`),
      });
      expect(refused.stderr).toContain(`PID ${process.pid}`);
      expect(refused.stderr).not.toContain('waiting:');
      expect(await runCli([...args, '--wait', '1'], cli)).toMatchObject({
        exitCode: 4,
        stderr: expect.stringMatching(/^waiting: another process has .* open: .*PID/m),
      });
      const interrupted = startCli([...args, '--wait', '600'], cli);
      await interrupted.said('waiting:');
      interrupted.signal('SIGINT');
      expect((await interrupted.result).exitCode).toBe(130);

      const waiting = startCli([...args, '--wait', '600'], cli);
      await waiting.said('waiting:');
      await sink[Symbol.asyncDispose]();
      const { exitCode, stdout, stderr } = await waiting.result;
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain('1,000 rows of 1 tables');
    },
  );
});
