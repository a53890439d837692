import { describe, expect, test } from 'vitest';
import { runCli, runCliDocument } from '../support/cli.ts';
import { doctorDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { createUser, servers } from '../support/schemas.ts';

const CHECKS = ['configuration', 'files', 'connection', 'version', 'privileges', 'tls', 'ledger', 'lock'];

describe.each(servers)('tidemark doctor on $label', (server) => {
  test('passes on databases in order, and reads only', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { document, exitCode } = await runCliDocument(doctorDocument, ['doctor'], sample.cli);
    expect(exitCode).toBe(0);
    expect(document.ok).toBe(true);
    expect(document.databases.map(({ database }) => database)).toEqual(['business', 'matomo']);
    for (const { checks } of document.databases) {
      expect(checks.map(({ check }) => check)).toEqual(CHECKS);
      expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
    }
    expect((await runCli(['doctor', '--db', 'matomo'], sample.cli)).stdout).not.toContain('business');
    const [tables] = await sample.schemas.business.connection.query("SHOW TABLES LIKE 'tidemark%'");
    expect(tables).toEqual([]);
  });

  test('gives the GRANT that is missing', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { name } = sample.schemas.business;
    await using user = await createUser(server, [`SELECT ON \`${name}\`.user`]);
    const environment = {
      ...sample.cli.environment,
      BUSINESS_DB_USER: user.name,
      BUSINESS_DB_PASSWORD: user.password,
    };
    const { document, exitCode } = await runCliDocument(doctorDocument, ['doctor', '--db', 'business'], {
      ...sample.cli,
      environment,
    });
    expect(exitCode).toBe(1);
    const privileges = document.databases[0]?.checks.find(({ check }) => check === 'privileges');
    expect(privileges).toMatchObject({ status: 'failed', detail: expect.stringContaining('order_tab') });
    // The mend is SQL that can be run as it stands.
    for (const grant of (privileges?.mend ?? '').split('; ')) {
      await sample.schemas.business.connection.query(grant);
    }
    const mended = await runCliDocument(doctorDocument, ['doctor', '--db', 'business'], {
      ...sample.cli,
      environment,
    });
    expect(mended.exitCode).toBe(0);
  });
});
