import { describe, expect, test } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { indexNames } from '../../support/index-names.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { servers } from '../../support/schemas.ts';

const DEFINE = "import { defineIndex } from 'tidemark/define';\n";
const FILE = 'migrations/matomo/20261124000001_matomo_log_visit_idx_user_id.ts';

const faults = [
  {
    what: 'exports no index',
    text: "export default { table: 'matomo_log_visit', name: 'idx_user_id', columns: ['user_id'] };\n",
    said: ['does not export an index', 'export default defineIndex'],
  },
  {
    what: 'is broken TypeScript',
    text: `${DEFINE}export default defineIndex({ table: 'matomo_log_visit', columns: ['user_id'\n`,
    said: ['cannot load', 'ERROR:'],
  },
  {
    what: 'throws when it is loaded',
    text: "throw new Error('no such luck');\n",
    said: ['cannot load', 'no such luck'],
  },
  {
    what: 'declares nonsense',
    text: `${DEFINE}export default defineIndex({ table: 'matomo_log_visit', name: 'idx_user_id', colums: ['user_id'] });\n`,
    said: ['colums: no such option, did you mean "columns"?', 'columns: name at least one, in an array'],
  },
] as const;

describe.concurrent.each(servers)('migration files on $label', { timeout: 180_000 }, (server) => {
  test('a file that cannot be used keeps every database as it was', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    for (const { what, text, said } of faults) {
      await sample.project.write(FILE, text);
      // The other database is in order and comes first: it must not be touched either.
      const result = await runCli(['migrate', 'up', '--all'], sample.cli);
      expect(result, `a file that ${what}`).toMatchObject({ exitCode: 2, stdout: '' });
      for (const part of [FILE, ...said]) expect(result.stderr, `a file that ${what}`).toContain(part);
    }
    expect(await indexNames(sample.schemas.business, 'order_tab')).toEqual([]);
    const verbose = await runCli(['migrate', 'status', '--verbose'], sample.cli);
    expect(verbose.exitCode).toBe(2);
    expect(verbose.stderr).toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  });

  test('the same index in two files is refused', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    await sample.project.write(
      'migrations/business/20261124000001_user_idx_update_time.ts',
      `${DEFINE}export default defineIndex({ table: 'user', name: 'idx_update_time', columns: ['update_time'] });\n`,
    );
    const result = await runCli(['migrate', 'up', '--all'], sample.cli);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain('index idx_update_time of table user is declared twice');
    expect(result.stderr).toContain('20261123000001_user_idx_update_time.ts');
    expect(result.stderr).toContain('20261124000001_user_idx_update_time.ts');
    expect(await indexNames(sample.schemas.business, 'user')).not.toContain('idx_update_time');
  });

  test('an index that is there already under the name with other columns is refused', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { business } = sample.schemas;
    await business.connection.query('CREATE INDEX idx_update_time ON order_tab (create_time)');
    const result = await runCli(['migrate', 'up', '--all'], sample.cli);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain('20261123000007_order_tab_idx_update_time');
    expect(await indexNames(business, 'order_tab')).toEqual(['idx_update_time']);
    expect(await indexNames(business, 'user')).not.toContain('idx_update_time');
  });
});
