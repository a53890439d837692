import getPort from 'get-port';
import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../../support/cli.ts';
import { doctorDocument, errorDocument } from '../../support/contract.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { createUser, servers } from '../../support/schemas.ts';

const COMMANDS = [['migrate', 'up', '--all'], ['verify'], ['extract-load', '--verbose']] as const;

describe.concurrent.each(servers)('a connection that fails on $label', { timeout: 180_000 }, (server) => {
  test('a wrong password is said without the password, --verbose or not', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    // Every run of the command line fails the test if it prints a password.
    const environment = { ...sample.cli.environment, BUSINESS_DB_PASSWORD: 'not-the-right-password' };
    for (const args of COMMANDS) {
      const result = await runCli(args, { ...sample.cli, environment });
      expect(result, args.join(' ')).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('the server refused the user or the password'),
      });
      expect(result.stderr).toContain('BUSINESS_DB_PASSWORD');
    }
    const { document } = await runCliJson(errorDocument, ['migrate', 'status'], {
      ...sample.cli,
      environment,
    });
    expect(document.error).toMatchObject({ kind: 'ConfigurationError', exitCode: 2 });
  });

  test('a server that is down is said for every database', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    const port = String(await getPort());
    const environment = { ...sample.cli.environment, BUSINESS_DB_PORT: port, MATOMO_DB_PORT: port };
    for (const args of COMMANDS) {
      const { exitCode, stderr } = await runCli(args, { ...sample.cli, environment });
      expect(exitCode, args.join(' ')).toBe(3);
      expect(stderr).toContain(`database "business" (${server.user}@127.0.0.1:${port}): no server answers`);
      expect(stderr).toContain(`database "matomo" (${server.user}@127.0.0.1:${port}): no server answers`);
    }
    const doctor = await runCliJson(doctorDocument, ['doctor'], { ...sample.cli, environment });
    expect(doctor.exitCode).toBe(1);
    for (const { checks } of doctor.document.databases) {
      expect(checks.find(({ check }) => check === 'connection')).toMatchObject({ status: 'failed' });
    }
  });

  test('a schema that does not exist is named', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    const environment = { ...sample.cli.environment, MATOMO_DB_NAME: 't_no_such_schema' };
    for (const args of COMMANDS) {
      const { exitCode, stderr } = await runCli(args, { ...sample.cli, environment });
      expect(exitCode, args.join(' ')).toBe(3);
      expect(stderr).toContain('schema "t_no_such_schema" does not exist');
      expect(stderr).toContain('MATOMO_DB_NAME');
    }
  });

  test('a user who may not use the schema is told so', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    await using stranger = await createUser(server, []);
    const environment = {
      ...sample.cli.environment,
      BUSINESS_DB_USER: stranger.name,
      BUSINESS_DB_PASSWORD: stranger.password,
    };
    const result = await runCli(['migrate', 'up', '--db', 'business'], { ...sample.cli, environment });
    expect(result).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`the user may not use schema "${sample.schemas.business.name}"`),
    });
  });
});
