import { access } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { createStatements } from '../support/create-statements.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

const START = ['dev', 'start', '--rows', '1000'];

describe.concurrent.each(servers)('tidemark dev start on $label', { timeout: 180_000 }, (server) => {
  test('does the whole job in the databases that the environment names, and again', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    const first = await runCli(START, sample.cli);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toContain('20 of 20, 20 built now');
    expect(first.stdout).toContain(server.label);
    expect(first.stdout).toMatch(/\(9 loaded whole\)/);
    expect(first.stdout).toMatch(/after \d+ rows were changed/);
    for (const file of ['data/tidemark.duckdb', '.tidemark/reports/verify.json']) {
      expect(first.stdout).toContain(file);
      await access(path.join(sample.project.directory, file));
    }

    const second = await runCli(START, sample.cli);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stdout).toContain('all there already');
    expect(second.stdout).toContain('20 of 20, there already');
    expect(second.stdout).not.toContain('loaded whole');
  });

  test.each([
    { database: 'business', table: 'order_tab' },
    { database: 'matomo', table: 'matomo_log_conversion' },
  ] as const)(
    'refuses a $database that has a $table of somebody else, and changes nothing',
    async ({ database, table }) => {
      await using sample = await createSampleProject(server, { rows: null });
      const { connection } = sample.schemas[database];
      await connection.query(`CREATE TABLE ${table} (id BIGINT PRIMARY KEY, note VARCHAR(20))`);
      await connection.query(`INSERT INTO ${table} VALUES (1, 'precious')`);
      const before = await Promise.all(Object.values(sample.schemas).map(createStatements));

      const refused = await runCli(START, sample.cli);
      expect(refused.exitCode).toBe(4);
      expect(refused.stderr).toContain(`not sample data, so nothing was touched: ${table}`);
      expect(await Promise.all(Object.values(sample.schemas).map(createStatements))).toEqual(before);
      expect((await connection.query(`SELECT * FROM ${table}`))[0]).toEqual([{ id: 1, note: 'precious' }]);
    },
  );
});
