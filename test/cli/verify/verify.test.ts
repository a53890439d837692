import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runCli, runCliJson } from '../../support/cli.ts';
import { verifyDocument } from '../../support/contract.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { servers } from '../../support/schemas.ts';

const repairDocument = verifyDocument.extend({ repair: z.object({ done: z.boolean() }) });

describe.each(servers)('tidemark verify on $label', (server) => {
  test(
    'a newcomer breaks indexes by hand, sees each named, and repairs them through the tool',
    { timeout: 150_000 },
    async () => {
      await using sample = await createSampleProject(server, { rows: 1000 });
      const { cli, schemas } = sample;
      const tidemark = (...args: readonly string[]) => runCli(args, cli);

      expect((await tidemark('verify')).exitCode).toBe(1);
      expect((await tidemark('migrate', 'up', '--all')).exitCode).toBe(0);
      const sound = await runCliJson(verifyDocument, ['verify', '--full'], cli);
      expect(sound.exitCode).toBe(0);
      expect(sound.document.summary).toMatchObject({ expected: 20, found: 20, missing: 0, ok: true });

      const hidden = server.flavour === 'mysql' ? 'INVISIBLE' : 'IGNORED';
      const { connection } = schemas.business;
      await connection.query('ALTER TABLE dataset DROP INDEX idx_create_time');
      await connection.query('ALTER TABLE order_tab DROP INDEX idx_user_create_time');
      await connection.query(
        'ALTER TABLE order_tab ADD INDEX idx_user_create_time (create_time, create_user)',
      );
      await connection.query(`ALTER TABLE api_order ALTER INDEX idx_update_time ${hidden}`);
      await connection.query('ALTER TABLE user ADD INDEX idx_stray (create_time)');

      const broken = await tidemark(
        'verify',
        '--plans',
        '--html',
        'report/page.html',
        '--junit',
        'junit.xml',
      );
      expect(broken.exitCode).toBe(1);
      expect(broken.stdout).toMatch(/idx_create_time of dataset \(create_time\) is missing/);
      expect(broken.stdout).toMatch(/idx_user_create_time of order_tab differs in column order/);
      expect(broken.stdout).toMatch(/idx_update_time of api_order is hidden/);
      expect(broken.stdout).toMatch(/idx_stray of user is in no migration/);
      expect(broken.stdout).toMatch(/the extraction of api_order is not served/);
      expect(broken.stdout.trimEnd().split('\n').slice(-4, -1)).toEqual([
        'Total Expected Indexes: 20',
        'Total Found: 19',
        'Total Missing: 1',
      ]);
      const page = await readFile(path.join(sample.project.directory, 'report/page.html'), 'utf8');
      expect(page).toContain('idx_user_create_time');
      expect(await readFile(path.join(sample.project.directory, 'junit.xml'), 'utf8')).toContain('<failure');

      const planned = await runCliJson(repairDocument, ['verify', '--fix', '--db=business'], cli);
      expect(planned.document.repair.done).toBe(false);
      const unsure = await tidemark('verify', '--fix', '--yes');
      expect(unsure.exitCode).toBe(2);
      await connection.query('ALTER TABLE user DROP INDEX idx_stray');
      const repaired = await tidemark('verify', '--fix', '--yes', '--db=business');
      expect(repaired.exitCode).toBe(0);
      expect((await tidemark('verify', '--plans')).exitCode).toBe(0);
    },
  );

  test('a report file is the document that --json prints, and is always kept as the last one', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    const { cli, project } = sample;

    const printed = await runCli(['verify', '--report', 'a.json', '--json'], cli);
    const named = await runCli(['verify', '--json', 'b.json'], cli);
    const assigned = await runCli(['verify', '--json=c.json'], cli);

    const read = async (file: string) =>
      JSON.parse(await readFile(path.join(project.directory, file), 'utf8')) as unknown;
    expect(await read('a.json')).toEqual(JSON.parse(printed.stdout));
    expect(await read('b.json')).toEqual(JSON.parse(named.stdout));
    expect(await read('c.json')).toEqual(JSON.parse(assigned.stdout));
    expect(await read('.tidemark/reports/verify.json')).toEqual(JSON.parse(assigned.stdout));
  });

  test('annotates a run of GitHub Actions', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    const environment = { ...sample.cli.environment, GITHUB_ACTIONS: 'true' };

    const { stderr } = await runCli(['verify', '--db=matomo'], { ...sample.cli, environment });

    expect(stderr).toMatch(
      /^::error file=migrations\/matomo\/\d{14}_matomo_log_visit_idx_server_time\.ts,title=/m,
    );
  });
});

test.each([
  [['verify', 'business'], 'unexpected argument "business"', '--db=business'],
  [['verify', '--yes'], '--yes', '--fix --yes'],
  [['verify', '--since', 'yesterday'], 'expected a duration such as', 'tidemark --help'],
  [['verify', '--db=busines'], 'unknown database: "busines"', 'did you mean "business"?'],
])('%j is refused with what to do', async (args, message, hint) => {
  const { exitCode, stderr, stdout } = await runCli(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
});
