import { describe, expect, test } from 'vitest';
import { runCliJson } from '../../support/cli.ts';
import { doctorDocument } from '../../support/contract.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { createUser, servers } from '../../support/schemas.ts';

describe.each(servers)('the mends of tidemark doctor on $label', (server) => {
  test('gives the missing GRANT as SQL that can be run', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { name } = sample.schemas.business;
    await using user = await createUser(server, [`SELECT ON \`${name}\`.user`]);
    const environment = {
      ...sample.cli.environment,
      BUSINESS_DB_USER: user.name,
      BUSINESS_DB_PASSWORD: user.password,
    };
    const { document, exitCode } = await runCliJson(doctorDocument, ['doctor', '--db', 'business'], {
      ...sample.cli,
      environment,
    });
    expect(exitCode).toBe(1);
    const privileges = document.databases[0]?.checks.find(({ check }) => check === 'privileges');
    expect(privileges).toMatchObject({ status: 'failed', detail: expect.stringContaining('order_tab') });
    for (const grant of (privileges?.mend ?? '').split('; ')) {
      await sample.schemas.business.connection.query(grant);
    }
    const mended = await runCliJson(doctorDocument, ['doctor', '--db', 'business'], {
      ...sample.cli,
      environment,
    });
    expect(mended.exitCode).toBe(0);
  });
});
