import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Project, ProjectDatabase } from '../../src/config/project.ts';
import { type IndexOptions, defineIndex } from '../../src/migrations/define-index.ts';
import { loadMigrations } from '../../src/migrations/load-migrations.ts';
import type { Migration } from '../../src/migrations/migration.ts';
import type { TableSpec } from '../../src/pipeline/source/table-spec.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A project with one database `business`, whose files a test writes, edits and removes without a module loader. */
export interface MemoryProject extends AsyncDisposable {
  readonly project: Project;
  readonly projectDatabase: ProjectDatabase;
  /** Writes the migration file at this place of the order, or edits the one that is there. */
  declare(position: number, options: IndexOptions): Promise<void>;
  /** Removes the migration file at this place. */
  remove(position: number): Promise<void>;
  /** The migrations as a command would load them. */
  migrations(): Promise<readonly Migration[]>;
}

export async function createMemoryProject(
  declarations: readonly IndexOptions[],
  tables: readonly TableSpec[] = [],
  leftOut: Readonly<Record<string, string>> = {},
): Promise<MemoryProject> {
  const directory = await temporaryDirectory();
  const tablesFile = path.join(directory.path, 'business.tables.ts');
  const modules = new Map<string, unknown>([[tablesFile, tables]]);
  const files = new Map<number, string>();
  const projectDatabase: ProjectDatabase = {
    name: 'business',
    spec: {},
    migrationsDirectory: path.join(directory.path, 'migrations'),
    tablesFile,
    seedsDirectory: path.join(directory.path, 'seeds'),
  };
  const project: Project = {
    directory: directory.path,
    databases: [projectDatabase],
    loadModule: async (file) => ({
      default: modules.get(file),
      ...(file === tablesFile ? { leftOut } : {}),
    }),
  };
  const declare: MemoryProject['declare'] = async (position, options) => {
    const name = `${20_261_123_000_001 + position}_${options.table}_${options.name}.ts`;
    const file = files.get(position) ?? path.join(projectDatabase.migrationsDirectory, name);
    files.set(position, file);
    modules.set(file, defineIndex(options));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '');
  };
  for (const [position, options] of declarations.entries()) await declare(position, options);
  return {
    project,
    projectDatabase,
    declare,
    remove: async (position) => rm(files.get(position)!),
    migrations: async () => loadMigrations(project, projectDatabase, null),
    [Symbol.asyncDispose]: async () => directory[Symbol.asyncDispose](),
  };
}
