import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../../support/cli.ts';
import { doctorDocument, errorDocument } from '../../support/contract.ts';
import { copyProject } from '../../support/project.ts';

/** Every command that needs a database, each in a way that would start at once. */
const COMMANDS = [
  { words: 'migrate up --all' },
  { words: 'migrate status' },
  { words: 'verify' },
  { words: 'extract-load' },
  { words: 'watermarks reset --all' },
  { words: 'pool status' },
] as const;

describe('the environment', () => {
  test.each(COMMANDS)(
    'tidemark $words: every variable that is missing is named at once',
    async ({ words }) => {
      await using project = await copyProject();
      const result = await runCli(words.split(' '), {
        ...project,
        environment: { BUSINESS_DB_HOST: '127.0.0.1' },
      });
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      for (const variable of [
        'BUSINESS_DB_USER',
        'BUSINESS_DB_PASSWORD',
        'MATOMO_DB_HOST',
        'MATOMO_DB_USER',
        'MATOMO_DB_PASSWORD',
      ]) {
        expect(result.stderr).toContain(`${variable} is not set`);
      }
      expect(result.stderr).toContain('.env.example');
    },
  );

  test('values that are wrong are shown with what is expected, each once', async () => {
    await using project = await copyProject();
    const environment = {
      BUSINESS_DB_HOST: '127.0.0.1',
      BUSINESS_DB_PORT: 'abc',
      BUSINESS_DB_USER: 'u',
      BUSINESS_DB_PASSWORD: 'p',
      BUSINESS_DB_SSL: 'maybe',
      BUSINESS_DB_SSL_CERT: 'client.pem',
      MATOMO_DB_HOST: '127.0.0.1',
      MATOMO_DB_USER: 'u',
      MATOMO_DB_PASSWORD: 'p',
      MATOMO_DB_POOL_PRE_PING: 'perhaps',
      DB_CONNECT_TIMEOUT: '-1',
    };
    const { document } = await runCliJson(errorDocument, ['migrate', 'status'], {
      ...project,
      environment,
    });
    expect(document.error.kind).toBe('ConfigurationError');
    expect(document.error.message.split('\n')).toEqual([
      '5 faults:',
      '  - BUSINESS_DB_PORT: expected a port from 1 to 65535, got "abc"',
      '  - BUSINESS_DB_SSL: expected one of disabled, preferred, required, verify, got "maybe"',
      '  - DB_CONNECT_TIMEOUT: expected a whole number of seconds from 1 to 31536000, got "-1"',
      '  - BUSINESS_DB_SSL_CERT and BUSINESS_DB_SSL_KEY belong together: set both or neither',
      '  - MATOMO_DB_POOL_PRE_PING: expected "true" or "false", got "perhaps"',
    ]);
  });

  test('only the databases that a command works on need be configured', async () => {
    await using project = await copyProject();
    const result = await runCli(['migrate', 'status', '--db', 'matomo'], project);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).not.toContain('BUSINESS_');
  });

  test('doctor tells what is missing as a diagnosis', async () => {
    await using project = await copyProject();
    const { document, exitCode } = await runCliJson(doctorDocument, ['doctor'], project);
    expect(exitCode).toBe(1);
    expect(document.ok).toBe(false);
    for (const { checks } of document.databases) {
      expect(checks[0]).toMatchObject({ check: 'configuration', status: 'failed' });
    }
  });

  test('an --env-file that is not there is named', async () => {
    await using project = await copyProject();
    const result = await runCli(['migrate', 'status', '--env-file', 'production.env'], project);
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('production.env') });
  });
});
