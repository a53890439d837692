import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { copyProject } from '../support/project.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

/** Text of a `.env` file. */
function envFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([variable, value]) => `${variable}='${value}'\n`)
    .join('');
}

describe.concurrent.each(servers)('settings from files on $label', { timeout: 180_000 }, (server) => {
  test('.env is read; the environment wins over it, and --env-file stands in its place', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    const { directory, environment } = sample.cli;
    const unreachable = { ...environment, BUSINESS_DB_NAME: 't_of_env', MATOMO_DB_NAME: 't_of_env' };
    await sample.project.write('.env', envFile(unreachable));
    await sample.project.write('settings/production.env', envFile(environment));

    const fromEnv = await runCli(['migrate', 'status'], { directory });
    expect(fromEnv).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('"t_of_env" does not exist'),
    });

    const named = await runCli(['migrate', 'status', '--env-file', 'settings/production.env'], { directory });
    expect(named.exitCode, named.stderr).toBe(0);

    const { BUSINESS_DB_NAME = '', MATOMO_DB_NAME = '' } = environment;
    const overridden = await runCli(['migrate', 'status'], {
      directory,
      environment: { BUSINESS_DB_NAME, MATOMO_DB_NAME },
    });
    expect(overridden.exitCode, overridden.stderr).toBe(0);
  });

  // That no run prints escape codes where no terminal is holds for every test: `runCli` looks for them.
  test.each([{ NO_COLOR: '1' }, { FORCE_COLOR: '1', TERM: 'xterm-256color', CI: '' }])(
    'a table has no escape codes without a terminal, with %j',
    async (variables) => {
      await using sample = await createSampleProject(server, { rows: null });
      const environment = { ...sample.cli.environment, ...variables };
      const result = await runCli(['migrate', 'status'], { ...sample.cli, environment });
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.stdout).toMatch(/^migration +index +columns +state/m);
    },
  );
});

test('half a configuration is never completed by the local server', async () => {
  await using project = await copyProject();
  await project.write(
    '.tidemark/dev.env',
    envFile({
      BUSINESS_DB_HOST: '127.0.0.1',
      BUSINESS_DB_USER: 'local',
      BUSINESS_DB_PASSWORD: 'local-secret',
    }),
  );
  const environment = { BUSINESS_DB_HOST: 'db.example.com' };
  const result = await runCli(['migrate', 'status', '--db', 'business'], { ...project, environment });
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('BUSINESS_DB_USER is not set');
  expect(result.stderr).not.toContain('local-secret');
});
