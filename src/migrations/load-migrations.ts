import path from 'node:path';
import { type TablePrefix, physicalTableName } from '../config/database-config.ts';
import { type Project, type ProjectDatabase, importProjectModule, listModules } from '../config/project.ts';
import { ConfigurationError } from '../errors.ts';
import { groupBy } from '../schema/group-by.ts';
import { type IndexMigration, isIndexMigration } from './define-index.ts';
import { type Migration, definitionChecksum } from './migration.ts';
import { migrationName, nameFault } from './migration-name.ts';

type LoadedFile =
  | { readonly kind: 'loaded'; readonly file: string; readonly declared: IndexMigration }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };

/**
 * Loads the migration files of a database in the order of their names. Throws a ConfigurationError that lists every
 * fault of every file: one that cannot be loaded or declares no index, a wrong name, an index declared twice.
 */
export async function loadMigrations(
  project: Project,
  projectDatabase: ProjectDatabase,
  tablePrefix: TablePrefix | null,
): Promise<readonly Migration[]> {
  const files = await listModules(projectDatabase.migrationsDirectory);
  const relative = (file: string) => path.relative(project.directory, file);
  const results = await Promise.all(files.map((file) => loadFile(file, project)));
  const faults = results.flatMap((result) => (result.kind === 'faulty' ? result.faults : []));
  const migrations = results.flatMap((result) =>
    result.kind === 'loaded' ? [toMigration(result.file, result.declared, tablePrefix)] : [],
  );
  faults.push(
    ...findRepeated(migrations, (migration) => migration.name).map(
      (group) => `two files of one name: ${group.map(({ file }) => relative(file)).join(', ')}; remove one`,
    ),
    ...findRepeated(
      migrations,
      ({ definition }) => `${definition.table}\n${definition.name.toLowerCase()}`,
    ).map(
      (group) =>
        `index ${group[0]!.definition.name} of table ${group[0]!.definition.table} is declared twice: ` +
        `${group.map(({ file }) => relative(file)).join(', ')}; remove one or give it another name`,
    ),
  );
  if (faults.length > 0) {
    throw new ConfigurationError(faults, {
      hint: `fix the files in ${relative(projectDatabase.migrationsDirectory)}`,
    });
  }
  return migrations;
}

async function loadFile(file: string, project: Project): Promise<LoadedFile> {
  const relative = path.relative(project.directory, file);
  try {
    const module = await importProjectModule(file, project);
    const declared = module['default'];
    if (!isIndexMigration(declared)) {
      return {
        kind: 'faulty',
        faults: [`${relative}: does not export an index; write "export default defineIndex({ … })"`],
      };
    }
    const fault = nameFault(migrationName(file), declared.definition.table, declared.definition.name);
    return fault === null
      ? { kind: 'loaded', file, declared }
      : { kind: 'faulty', faults: [`${relative}: ${fault}`] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // The loader's faults name the file already, those of defineIndex cannot.
    return {
      kind: 'faulty',
      faults: error.faults.map((fault) => (fault.includes(relative) ? fault : `${relative}: ${fault}`)),
    };
  }
}

function toMigration(file: string, declared: IndexMigration, tablePrefix: TablePrefix | null): Migration {
  const definition = {
    ...declared.definition,
    table: physicalTableName(tablePrefix, declared.definition.table),
  };
  return {
    name: migrationName(file),
    file,
    definition,
    online: declared.online,
    strategy: declared.strategy,
    description: declared.description,
    checksum: definitionChecksum(definition),
  };
}

function findRepeated<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): readonly (readonly Item[])[] {
  return [...groupBy(items, keyOf).values()].filter((group) => group.length > 1);
}
