import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { databaseEnvironment, runCli, runCliJson } from '../../support/cli.ts';
import { doctorDocument } from '../../support/contract.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { createUser, servers } from '../../support/schemas.ts';

type Diagnosis = z.infer<typeof doctorDocument>;

const CHECKS = [
  'configuration',
  'files',
  'connection',
  'version',
  'settings',
  'cursors',
  'privileges',
  'tls',
  'ledger',
  'lock',
  'tables',
  'source',
];

const outcomes = (diagnosis: Diagnosis, database: string) =>
  Object.fromEntries(
    diagnosis.databases
      .find((entry) => entry.database === database)!
      .checks.map(({ check, status }) => [check, status]),
  );
const find = (diagnosis: Diagnosis, database: string, name: string) =>
  diagnosis.databases
    .find((entry) => entry.database === database)!
    .checks.find(({ check }) => check === name)!;

describe.each(servers)('tidemark doctor on $label', (server) => {
  test('finds nothing wrong where nothing is', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });

    const { exitCode, document } = await runCliJson(doctorDocument, ['doctor'], sample.cli);

    expect(exitCode).toBe(0);
    expect(document.ok).toBe(true);
    for (const name of ['business', 'matomo']) {
      expect(outcomes(document, name)).toEqual(Object.fromEntries(CHECKS.map((check) => [check, 'passed'])));
    }
  });

  test('examines the other database where one is not configured, and goes on after a wrong password', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    const { MATOMO_DB_USER: _, ...environment } = sample.cli.environment;
    const wrong = { ...environment, BUSINESS_DB_PASSWORD: 'not-the-password' };

    const { exitCode, document, stdout, stderr } = await runCliJson(doctorDocument, ['doctor'], {
      ...sample.cli,
      environment: wrong,
    });

    expect(exitCode).toBe(1);
    expect(find(document, 'matomo', 'configuration')).toMatchObject({ status: 'failed' });
    expect(find(document, 'matomo', 'configuration').detail).toContain('MATOMO_DB_USER');
    expect(outcomes(document, 'matomo')).toMatchObject({ connection: 'skipped', lock: 'skipped' });
    expect(find(document, 'business', 'connection')).toMatchObject({ status: 'failed' });
    expect(find(document, 'business', 'connection').mend).toContain('BUSINESS_DB_PASSWORD');
    expect(stdout + stderr).not.toContain('not-the-password');
  });

  test('names the grants that a user lacks', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { business } = sample.schemas;
    await using reader = await createUser(server, [`SELECT ON \`${business.name}\`.*`]);
    await using blind = await createUser(server, [`INSERT ON \`${business.name}\`.*`]);
    const as = (user: { readonly name: string; readonly password: string }) => ({
      ...sample.cli,
      environment: {
        ...sample.cli.environment,
        ...databaseEnvironment('business', {
          ...business.settings,
          user: user.name,
          password: user.password,
        }),
      },
    });

    const extracting = await runCliJson(doctorDocument, ['doctor', '--db=business'], as(reader));
    const useless = await runCliJson(doctorDocument, ['doctor', '--db=business'], as(blind));

    expect(extracting.exitCode).toBe(0);
    expect(find(extracting.document, 'business', 'privileges')).toMatchObject({ status: 'warning' });
    expect(find(extracting.document, 'business', 'privileges').mend).toContain('GRANT PROCESS ON *.*');
    expect(useless.exitCode).toBe(1);
    expect(find(useless.document, 'business', 'privileges').mend).toContain(
      `GRANT SELECT ON \`${business.name}\`.\`order_tab\` TO '${blind.name}'@'%'`,
    );
  });

  test('says who holds the lock of the migrations', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { connection, name } = sample.schemas.business;
    const { lockNames } = await import('../../../src/migrations/lock.ts');
    await connection.query('SELECT GET_LOCK(?, 0)', [lockNames(name).runner]);

    const { exitCode, document } = await runCliJson(doctorDocument, ['doctor', '--db=business'], sample.cli);

    expect(exitCode).toBe(0);
    expect(find(document, 'business', 'lock')).toMatchObject({ status: 'warning' });
    expect(find(document, 'business', 'lock').mend).toContain('KILL');
  });

  test('says whose rows the sink has', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    await using copy = await createSampleProject(server, { rows: 1000 });
    const load = ['extract-load', '--db=business', '--table=user', '--allow-scan'];
    expect(await runCli(load, sample.cli)).toMatchObject({ exitCode: 0 });
    const doctor = async (environment: Readonly<Record<string, string>>) => {
      const { document } = await runCliJson(doctorDocument, ['doctor', '--db=business'], {
        ...sample.cli,
        environment: { ...sample.cli.environment, ...environment },
      });
      return find(document, 'business', 'source');
    };
    const { name } = sample.schemas.business;
    expect(await doctor({})).toMatchObject({
      status: 'passed',
      detail: expect.stringContaining(name) as string,
    });
    const moved = await doctor(databaseEnvironment('business', copy.schemas.business.settings));
    expect(moved).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining(`came from schema ${name}`) as string,
    });
    const nowhere = await doctor({ SINK_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(nowhere).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('cannot be read') as string,
    });
  });

  test('reports a migration file that is none', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    await sample.project.write('migrations/business/20270101000000_nothing.ts', 'export default 1;\n');

    const { exitCode, stdout } = await runCli(['doctor'], sample.cli);

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/failed\s+files.*20270101000000_nothing\.ts/);
    expect(stdout).toContain('FAILED: 1 check');
  });
});
