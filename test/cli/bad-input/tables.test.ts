import { describe, expect, test } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { createStatements } from '../../support/create-statements.ts';
import { type SampleProject, createSampleProject } from '../../support/sample-project.ts';
import { servers } from '../../support/schemas.ts';

describe.concurrent.each(servers)(
  'tables and columns that are not there on $label',
  { timeout: 180_000 },
  (server) => {
    test('a missing table refuses the migration of every database before anything is changed', async () => {
      await using sample = await createSampleProject(server, { rows: 1000 });
      const { business, matomo } = sample.schemas;
      await business.connection.query('RENAME TABLE order_tab TO order_tabs');
      await matomo.connection.query(
        'ALTER TABLE matomo_log_visit CHANGE visit_first_action_time first_time DATETIME NOT NULL',
      );
      const before = await everything(sample);

      const { exitCode, stderr } = await runCli(['migrate', 'up', '--all'], sample.cli);
      expect(exitCode).toBe(4);
      expect(stderr).toContain(`table order_tab does not exist in schema ${business.name}`);
      expect(stderr).toContain('did you mean "order_tabs"?');
      expect(stderr).toContain('table matomo_log_visit has no column visit_first_action_time');
      expect(stderr).toContain('time columns of matomo_log_visit: visit_last_action_time, first_time');
      expect(await everything(sample)).toEqual(before);

      const plan = await runCli(['migrate', 'plan'], sample.cli);
      expect(plan.exitCode).toBe(4);
      expect(plan.stdout).toContain('"migrate up" would refuse');
      expect(await everything(sample)).toEqual(before);
    });

    test('a column that is missing in one database leaves the other as it was', async () => {
      await using sample = await createSampleProject(server, { rows: 1000 });
      await sample.schemas.matomo.connection.query(
        'ALTER TABLE matomo_log_conversion DROP COLUMN server_time',
      );
      const before = await everything(sample);
      const { exitCode, stderr } = await runCli(['migrate', 'up', '--all'], sample.cli);
      expect(exitCode).toBe(4);
      expect(stderr).toContain('table matomo_log_conversion has no column server_time');
      expect(await everything(sample)).toEqual(before);
    });

    test('the extraction names the missing table, column and index, and moves nothing', async () => {
      await using sample = await createSampleProject(server, { rows: 1000 });
      const { connection } = sample.schemas.business;

      const scan = await runCli(['extract-load', '--db', 'business'], sample.cli);
      expect(scan.exitCode).toBe(4);
      expect(scan.stderr).toContain('idx_update_time');
      expect(scan.stderr).toContain('--allow-scan');

      await connection.query('ALTER TABLE user CHANGE update_time changed_at DATETIME NOT NULL');
      await connection.query('RENAME TABLE order_tab TO order_tabs');
      const { exitCode, stderr } = await runCli(
        ['extract-load', '--db', 'business', '--allow-scan'],
        sample.cli,
      );
      expect(exitCode).toBe(3);
      expect(stderr).toContain('did you mean "order_tabs"?');
      expect(stderr).toContain(
        'cursor column "update_time" does not exist; its time columns: last_login_time, create_time, changed_at',
      );
      expect(stderr).toContain('tables/business.ts');
      const { stdout } = await runCli(['watermarks', 'show', '--db', 'matomo'], sample.cli);
      expect(stdout).toContain('Nothing was extracted yet.');
    });

    test('an unknown table or migration is answered with the nearest name', async () => {
      await using sample = await createSampleProject(server, { rows: null });
      for (const [args, ...said] of [
        [
          'extract-load --table order_tabs',
          'not an extracted table: "order_tabs"',
          'did you mean "order_tab"?',
        ],
        [
          'watermarks set --db business --table order_tbl --value 2025-01-01',
          'not an extracted table: "order_tbl"',
          'did you mean "order_tab"?',
        ],
        ['watermarks reset --db business --table users', 'did you mean "user"?'],
        [
          'migrate up --db business --to 20261123000006_order_tab_idx_create_tim',
          'unknown migration: "20261123000006_order_tab_idx_create_tim"',
          'did you mean "20261123000006_order_tab_idx_create_time"?',
        ],
        ['migrate down --db business --to nonsense', 'unknown migration: "nonsense"'],
      ] as const) {
        const result = await runCli(args.split(' '), sample.cli);
        expect(result, args).toMatchObject({ exitCode: 2, stdout: '' });
        for (const text of said) expect(result.stderr, args).toContain(text);
      }
      expect(await everything(sample)).toEqual([]);
    });
  },
);

/** Every table of both schemas, the ledger's own included: none must come into being. */
async function everything({ schemas }: SampleProject): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const schema of Object.values(schemas)) {
    const [tables] = await schema.connection.query('SHOW TABLES');
    found.push(...(tables as unknown[]), ...Object.entries(await createStatements(schema)));
  }
  return found;
}
