import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createModuleLoader } from '../../../src/config/module-loader.ts';
import { loadProject, selectDatabases } from '../../../src/config/project.ts';
import { seedDatabase } from '../../../src/dev/seed.ts';
import { loadMigrations } from '../../../src/migrations/load-migrations.ts';
import { migrateStatus } from '../../../src/migrations/migrate-status.ts';
import { allServers } from '../../support/all-servers.ts';
import { createStatements } from '../../support/create-statements.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { actions, down, up } from '../../support/migrations.ts';
import { createSchema } from '../../support/schemas.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const CATALOGUE = [
  { name: 'business', indexes: 13, tables: 5 },
  { name: 'matomo', indexes: 7, tables: 3 },
] as const;

describe.each(allServers)('the 20 migrations on $label', (server) => {
  test.each(CATALOGUE)(
    'of $name go up with one ALTER per table and down without a trace',
    async (catalogue) => {
      const loadModule = createModuleLoader();
      const project = await loadProject(REPOSITORY, loadModule);
      const [projectDatabase] = selectDatabases(project, [catalogue.name]);
      await using schema = await createSchema(server);
      await using database = await openTestDatabase(schema.settings, { name: catalogue.name });
      await seedDatabase({
        knex: database.knex,
        databaseName: catalogue.name,
        seedsDirectory: path.join(REPOSITORY, 'seeds'),
        rows: 1000,
        seed: 1,
        report: () => {},
        loadModule,
      });
      const before = await createStatements(schema);

      const migrations = await loadMigrations(project, projectDatabase!, null);
      expect(migrations).toHaveLength(catalogue.indexes);
      const applied = await up(database, migrations);

      expect(applied.pending).toBe(0);
      expect(applied.migrations.map(({ action }) => action)).toEqual(migrations.map(() => 'built'));
      expect(new Set(applied.migrations.map(({ statement }) => statement)).size).toBe(catalogue.tables);
      const status = await migrateStatus({ database, migrations });
      expect(status.migrations.every(({ state }) => state === 'applied')).toBe(true);
      expect(await createStatements(schema)).not.toEqual(before);
      expect(actions(await up(database, migrations))).toEqual([]);

      const undone = await down(database, migrations, { all: true });

      expect(undone.migrations).toHaveLength(catalogue.indexes);
      expect(await createStatements(schema)).toEqual(before);
    },
  );
});
