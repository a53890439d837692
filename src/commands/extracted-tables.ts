import type { Context } from '../context.ts';
import type { OpenProjectDatabase } from '../project-databases.ts';
import { ConfigurationError } from '../errors.ts';
import type { ExtractedDatabase } from '../pipeline/source/describe-source.ts';

/**
 * The tables that are extracted from these databases; with names, only those, each of which must be extracted from at
 * least one of them. A database that is extracted from nothing counts only if it was asked for by name.
 */
export async function extractedTables(
  { project }: Pick<Context, 'project'>,
  opened: readonly OpenProjectDatabase[],
  options: { readonly db: readonly string[] | undefined; readonly table: readonly string[] | undefined },
): Promise<readonly ExtractedDatabase[]> {
  // Not loaded for help.
  const { loadTables, selectTables } = await import('../pipeline/source/load-tables.ts');
  const extracted = opened.filter(
    ({ name, tablesFile }) => tablesFile !== null || options.db?.includes(name),
  );
  if (extracted.length === 0) {
    throw new ConfigurationError(['no database is extracted: there is no tables/<database>.ts'], {
      hint: 'say what is extracted: export default defineTables([{ table: "…", cursor: "…", index: "…" }])',
    });
  }
  const loaded = await Promise.all(
    extracted.map(async (target) => ({
      database: target.database,
      tables: await loadTables(project, target, target.config.tablePrefix),
    })),
  );
  const selected = new Set(
    selectTables(
      loaded.flatMap(({ tables }) => tables),
      options.table ?? [],
    ),
  );
  return loaded
    .map(({ database, tables }) => ({ database, tables: tables.filter((table) => selected.has(table)) }))
    .filter(({ tables }) => tables.length > 0);
}
