import type { DatabaseConfig } from '../../config/database-config.ts';
import type { Project, ProjectDatabase } from '../../config/project.ts';
import { loadMigrations } from '../../migrations/load-migrations.ts';
import { loadTables } from '../../pipeline/source/load-tables.ts';
import { type Outcome, passed } from '../outcome.ts';

/** Loads the project's files of a database; the loaders throw a ConfigurationError with every fault of them. */
export async function checkFiles(
  project: Project,
  database: ProjectDatabase,
  config: DatabaseConfig,
): Promise<Outcome> {
  const migrations = await loadMigrations(project, database, config.tablePrefix);
  const tables = database.tablesFile === null ? [] : await loadTables(project, database, config.tablePrefix);
  return passed(`${migrations.length} migrations, ${tables.length} extracted tables`);
}
