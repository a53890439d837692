import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../../support/cli.ts';
import { migrateDocument } from '../../support/contract.ts';
import { createSampleProject } from '../../support/sample-project.ts';
import { servers } from '../../support/schemas.ts';

const TABLE_INDEX = ['--db', 'business', '--to', '20261123000007_order_tab_idx_update_time'];

describe.each(servers)('migrate publish on $label', (server) => {
  test('shows an index that was built hidden, once the extraction would use it', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli } = sample;
    const hidden = await runCli(['migrate', 'up', '--hidden', ...TABLE_INDEX], cli);
    expect(hidden.exitCode, hidden.stderr).toBe(0);
    const refused = await runCli(['extract-load', '--db', 'business', '--table', 'order_tab'], cli);
    expect(refused.exitCode, refused.stderr).toBe(4);
    const gate = await runCli(['verify', '--plans', '--db', 'business'], cli);
    expect(gate.exitCode).toBe(1);

    const published = await runCli(['migrate', 'publish', '--db', 'business'], cli);
    expect(published.exitCode, published.stderr).toBe(0);
    expect(published.stdout.match(/ published /g)).toHaveLength(7);
    // MariaDB cannot show an ignored index to one session, and says that nothing was proven.
    expect(published.stdout.includes('nothing was proven')).toBe(server.flavour === 'mariadb');

    const again = await runCliJson(migrateDocument, ['migrate', 'publish', '--db', 'business'], cli);
    expect(again.document.databases[0]!.migrations).toEqual([]);
  });

  test('keeps an index hidden that the extraction would not use, where that can be proven', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, project } = sample;
    await project.write(
      'migrations/business/20270101000000_order_tab_idx_status.ts',
      `import { defineIndex } from 'tidemark/define';
       export default defineIndex({ table: 'order_tab', name: 'idx_status', columns: ['status', 'update_time'] });`,
    );
    await project.write(
      'tables/business.ts',
      `import { defineTables } from 'tidemark/define';
       export default defineTables([{ table: 'order_tab', cursor: 'update_time', index: 'idx_status' }]);`,
    );
    const built = await runCli(['migrate', 'up', '--hidden', '--db', 'business'], cli);
    expect(built.exitCode, built.stderr).toBe(0);
    const published = await runCli(['migrate', 'publish', '--db', 'business'], cli);
    if (server.flavour === 'mysql') {
      expect(published.exitCode).toBe(4);
      expect(published.stderr).toContain('the extraction of order_tab would not use index idx_status');
    } else {
      expect(published.exitCode, published.stderr).toBe(0);
      expect(published.stdout).toContain('nothing was proven');
    }
  });
});
