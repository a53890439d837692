import { describe, expect, test } from 'vitest';
import { databaseEnvironment, runCliJson } from '../support/cli.ts';
import { extractLoadDocument, migrateDocument, statusDocument, verifyDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { createSchema, servers } from '../support/schemas.ts';

const KNEXFILE = `import { defineDatabases } from 'tidemark/define';

export const databases = defineDatabases({
  business: { schema: 'dianshu_backend' },
  matomo: { schema: 'matomo', tablePrefix: 'matomo_' },
  archive: {},
});
`;

const MIGRATION = `import { defineIndex } from 'tidemark/define';

export default defineIndex({ table: 'invoice', name: 'idx_changed_at', columns: ['changed_at'] });
`;

const TABLES = `import { defineTables } from 'tidemark/define';

export default defineTables([{ table: 'invoice', cursor: 'changed_at', index: 'idx_changed_at' }]);
`;

describe.concurrent.each(servers)('a third database on $label', { timeout: 180_000 }, (server) => {
  test('needs a key, a migration and a table file, and no change in the package', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    await using archive = await createSchema(server);
    await archive.connection.query(
      'CREATE TABLE invoice (id BIGINT PRIMARY KEY AUTO_INCREMENT, total DECIMAL(12,2) NOT NULL, changed_at DATETIME NOT NULL)',
    );
    await archive.connection.query(
      `INSERT INTO invoice (total, changed_at) VALUES (1.50, '2025-01-01 00:00:00'), (2.25, '2025-01-02 00:00:00')`,
    );
    const { project } = sample;
    await project.write('knexfile.ts', KNEXFILE);
    await project.write('migrations/archive/20261125000001_invoice_idx_changed_at.ts', MIGRATION);
    await project.write('tables/archive.ts', TABLES);
    const cli = {
      ...sample.cli,
      environment: { ...sample.cli.environment, ...databaseEnvironment('archive', archive.settings) },
    };

    const up = await runCliJson(migrateDocument, ['migrate', 'up', '--db', 'archive'], cli);
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.document.databases).toMatchObject([
      { database: 'archive', migrations: [{ table: 'invoice', action: 'built' }], pending: 0 },
    ]);

    const status = await runCliJson(statusDocument, ['migrate', 'status', '--db', 'archive'], cli);
    expect(status.document.databases).toMatchObject([
      { database: 'archive', migrations: [{ index: 'idx_changed_at', state: 'applied' }] },
    ]);

    const moved = await runCliJson(extractLoadDocument, ['extract-load', '--db', 'archive'], cli);
    expect(moved.exitCode, moved.stderr).toBe(0);
    expect(moved.document.runs).toMatchObject([
      { database: 'archive', table: 'invoice', mode: 'snapshot', rows: 2 },
    ]);

    const verified = await runCliJson(verifyDocument, ['verify', '--full', '--db', 'archive'], cli);
    expect(verified.exitCode, verified.stderr).toBe(0);
    expect(verified.document.summary).toMatchObject({ expected: 1, found: 1, ok: true });
  });
});
