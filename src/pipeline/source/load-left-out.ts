import path from 'node:path';
import { z } from 'zod';
import { physicalTableName, type TablePrefix } from '../../config/database-config.ts';
import { importProjectModule, type Project, type ProjectDatabase } from '../../config/project.ts';
import { ConfigurationError } from '../../errors.ts';

const schema = z.record(z.string().min(1).max(64), z.string());

/**
 * The tables that `tables/<database>.ts` leaves out on purpose, with the reason: its export `leftOut`, by the names that
 * they have in the database. Throws a ConfigurationError where it is no such record.
 */
export async function loadLeftOut(
  project: Project,
  database: ProjectDatabase,
  tablePrefix: TablePrefix | null,
): Promise<ReadonlyMap<string, string>> {
  if (database.tablesFile === null) return new Map();
  const { leftOut = {} } = await importProjectModule(database.tablesFile, project);
  const result = schema.safeParse(leftOut);
  if (!result.success) {
    const file = path.relative(project.directory, database.tablesFile);
    throw new ConfigurationError([`${file}: "leftOut" is no record of tables and reasons`], {
      hint: "export const leftOut = { sessions: 'sessions of visitors' }",
    });
  }
  return new Map(
    Object.entries(result.data).map(([table, reason]) => [physicalTableName(tablePrefix, table), reason]),
  );
}
