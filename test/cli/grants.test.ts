import { describe, expect, test } from 'vitest';
import { databaseEnvironment, runCli, runCliJson } from '../support/cli.ts';
import { extractLoadDocument, migrateDocument, verifyDocument } from '../support/contract.ts';
import { createSampleProject, type SampleProject } from '../support/sample-project.ts';
import { type TestUser, createUser, servers } from '../support/schemas.ts';
import { SEE_TRANSACTIONS, extractingGrants, migratingGrants } from './grants.ts';

const BUSINESS = ['--db', 'business'];

describe.concurrent.each(servers)('least privilege on $label', { timeout: 180_000 }, (server) => {
  test('the migrating user builds, verifies and drops', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    await using user = await createUser(server, migratingGrants(sample.schemas.business.name));
    const cli = loginAs(sample, user);
    for (const command of ['status', 'plan', 'history']) {
      const before = await runCli(['migrate', command, ...BUSINESS], cli);
      expect(before.exitCode, before.stderr).toBe(0);
    }
    const up = await runCliJson(migrateDocument, ['migrate', 'up', ...BUSINESS], cli);
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.document.databases[0]?.migrations).toHaveLength(13);
    const verified = await runCliJson(verifyDocument, ['verify', ...BUSINESS], cli);
    expect(verified.exitCode, verified.stderr).toBe(0);
    const [kept] = await sample.schemas.business.connection.query('SELECT ok FROM tidemark_verifications');
    expect(kept).toEqual([{ ok: 1 }]);
    const doctor = await runCli(['doctor', ...BUSINESS], cli);
    expect(doctor.exitCode, doctor.stdout).toBe(0);
    expect(doctor.stdout).toContain('it can migrate but not extract');
    const down = await runCli(['migrate', 'down', '--all-migrations', ...BUSINESS], cli);
    expect(down.exitCode, down.stderr).toBe(0);
    const adopt = await runCli(['migrate', 'adopt', ...BUSINESS], cli);
    expect(adopt.exitCode, adopt.stderr).toBe(0);
  });

  test('without any one of its privileges the migrating user is refused, with the GRANT that mends it', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    // MySQL grants on a table that is not there only together with CREATE.
    expect((await runCli(['migrate', 'up', '--step', '1', ...BUSINESS], sample.cli)).exitCode).toBe(0);
    expect((await runCli(['verify', ...BUSINESS], sample.cli)).exitCode).toBe(1);
    const grants = migratingGrants(sample.schemas.business.name);
    // The ledger's other tables have the same privileges.
    for (const position of [0, 1]) {
      const [privileges = '', where] = grants[position]?.split(' ON ') ?? [];
      for (const privilege of privileges.split(', ')) {
        const rest = privileges.split(', ').filter((other) => other !== privilege);
        await using user = await createUser(server, grants.with(position, `${rest.join(', ')} ON ${where}`));
        const result = await runCli(['migrate', 'up', ...BUSINESS], loginAs(sample, user));
        expect(result.exitCode, `without ${privilege} ON ${where}: ${result.stderr}`).not.toBe(0);
        expect(result.stderr, `without ${privilege} ON ${where}`).toContain(`GRANT ${privilege} ON`);
      }
    }
    const { stdout } = await runCli(['migrate', 'status', ...BUSINESS], sample.cli);
    expect(stdout.match(/pending/g)).toHaveLength(12);
  });

  test('the extracting user reads and verifies the plans; with PROCESS it sees open transactions', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { connection, name } = sample.schemas.business;
    expect((await runCli(['migrate', 'up', ...BUSINESS], sample.cli)).exitCode).toBe(0);
    await using user = await createUser(server, extractingGrants(name));
    const cli = loginAs(sample, user);
    const extract = async () => {
      const { document, exitCode, stderr } = await runCliJson(
        extractLoadDocument,
        ['extract-load', ...BUSINESS],
        cli,
      );
      expect(exitCode, stderr).toBe(0);
      expect(document.runs).toHaveLength(5);
      return document.runs.flatMap((run) => run.warnings.map(({ kind }) => kind));
    };
    expect(await extract()).toContain('transactions-not-visible');
    await connection.query(`GRANT ${SEE_TRANSACTIONS} TO '${user.name}'@'%'`);
    expect(await extract()).not.toContain('transactions-not-visible');
    for (const args of [
      ['watermarks', 'show'],
      ['verify', '--full'],
      ['migrate', 'status', '--exit-code'],
      ['pool', 'status'],
      ['doctor'],
    ]) {
      const result = await runCli([...args, ...BUSINESS], cli);
      expect(result.exitCode, `${args.join(' ')}: ${result.stderr}`).toBe(0);
    }
  });

  test('an extracting user may be held to single tables, and is told which of them it may not read', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    expect((await runCli(['migrate', 'up', ...BUSINESS], sample.cli)).exitCode).toBe(0);
    const { name, connection } = sample.schemas.business;
    const tables = ['user', 'dataset', 'api_order', 'dataset_image'];
    await using user = await createUser(
      server,
      tables.map((table) => `SELECT ON \`${name}\`.\`${table}\``),
    );
    const refused = await runCli(['extract-load', ...BUSINESS], loginAs(sample, user));
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('order_tab');
    await connection.query(`GRANT SELECT ON order_tab TO '${user.name}'@'%'`);
    const moved = await runCli(['extract-load', ...BUSINESS], loginAs(sample, user));
    expect(moved.exitCode, moved.stderr).toBe(0);
  });
});

function loginAs({ cli, schemas }: SampleProject, { name, password }: TestUser): SampleProject['cli'] {
  const settings = { ...schemas.business.settings, user: name, password };
  return { ...cli, environment: { ...cli.environment, ...databaseEnvironment('business', settings) } };
}
