import path from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, inject, test } from 'vitest';
import { createModuleLoader } from '../../../src/config/module-loader.ts';
import { loadProject, selectDatabases } from '../../../src/config/project.ts';
import { seedDatabase } from '../../../src/dev/seed.ts';
import { loadMigrations } from '../../../src/migrations/load-migrations.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { up } from '../../support/migrations.ts';
import { startTestServer } from '../../support/servers/test-server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

describe.each(['mysql', 'mariadb'] as const)('on a %s server of its own', (flavour) => {
  test('the 20 migrations are 8 ALTERs', { timeout: 120_000 }, async () => {
    await using directory = await temporaryDirectory(inject('serversDirectory'));
    // The server's log has everybody's statements, so nobody else may use it.
    const { settings, server } = await startTestServer({
      software: inject('software')[flavour],
      directory: directory.path,
    });
    const { host, port, user, password } = settings;
    const connection = await createConnection({ host, port, user, password });
    await connection.query("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = ON");
    // What is tried on an empty temporary copy costs the real tables nothing.
    const countAlters = async () => {
      const [rows] = await connection.query<RowDataPacket[]>(
        `SELECT COUNT(*) AS alters FROM mysql.general_log WHERE command_type IN ('Query', 'Execute')
         AND argument LIKE 'ALTER TABLE%' AND argument NOT LIKE '%tidemark_scratch%'`,
      );
      return Number(rows[0]?.['alters']);
    };
    try {
      const loadModule = createModuleLoader();
      const project = await loadProject(REPOSITORY, loadModule);
      let alters = 0;
      let built = 0;
      for (const projectDatabase of selectDatabases(project, ['business', 'matomo'])) {
        const { name } = projectDatabase;
        await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
        await using database = await openTestDatabase({ ...settings, schema: name }, { name });
        const seedsDirectory = path.join(REPOSITORY, 'seeds');
        await seedDatabase({
          knex: database.knex,
          databaseName: name,
          seedsDirectory,
          rows: 1000,
          seed: 1,
          loadModule,
        });
        const before = await countAlters();
        const result = await up(database, await loadMigrations(project, projectDatabase, null));
        alters += (await countAlters()) - before;
        built += result.migrations.length;
      }
      expect({ built, alters }).toEqual({ built: 20, alters: 8 });
    } finally {
      connection.destroy();
      await server.stop();
    }
  });
});
