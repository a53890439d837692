import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError, UsageError } from '../errors.ts';
import { type DatabaseSpec, defineDatabases } from './database-spec.ts';
import type { ModuleLoader } from './module-loader.ts';
import { didYouMean } from './nearest.ts';

/** A folder with a knexfile: which databases there are and where their files lie. */
export interface Project {
  readonly directory: string;
  readonly databases: readonly ProjectDatabase[];
  readonly loadModule: ModuleLoader;
}

export interface ProjectDatabase {
  readonly name: string;
  readonly spec: DatabaseSpec;
  /** One file per index; may not exist for a database without migrations. */
  readonly migrationsDirectory: string;
  /** The tables that are extracted, or null where the database is not extracted. */
  readonly tablesFile: string | null;
  readonly seedsDirectory: string;
}

const MODULE_EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'] as const;

/** Loads the project that `directory` belongs to: the nearest folder, here or above, that has a knexfile. */
export async function loadProject(directory: string, loadModule: ModuleLoader): Promise<Project> {
  const knexfile = await findKnexfile(directory);
  const specs = await loadSpecs(knexfile, loadModule);
  const root = path.dirname(knexfile);
  const databases = await Promise.all(
    Object.entries(specs).map(([name, spec]) => projectDatabase(root, name, spec)),
  );
  return { directory: root, databases, loadModule };
}

/** Where a database's files are, or would be, in a project's folder. */
export async function projectDatabase(
  root: string,
  name: string,
  spec: DatabaseSpec,
): Promise<ProjectDatabase> {
  return {
    name,
    spec,
    migrationsDirectory: path.join(root, 'migrations', name),
    tablesFile: await findModule(path.join(root, 'tables', name)),
    seedsDirectory: path.join(root, 'seeds', name),
  };
}

/** The databases of these names, in the project's order. Throws a UsageError that names every unknown one. */
export function selectDatabases(project: Project, names: readonly string[]): readonly ProjectDatabase[] {
  const known = project.databases.map((database) => database.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`unknown database: ${unknown.map((name) => `"${name}"`).join(', ')}`, {
      hint: [
        ...unknown.map((name) => didYouMean(name, known, 'databases')),
        'a database is a key in knexfile.ts; see "Add a database" in the README',
      ],
    });
  }
  return project.databases.filter((database) => names.includes(database.name));
}

/** Files of a folder that can be imported, by name; declaration files do not count. Empty if there is no folder. */
export async function listModules(directory: string): Promise<readonly string[]> {
  let entries: readonly string[];
  try {
    entries = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ConfigurationError([`cannot read ${directory}: ${(error as Error).message}`], { cause: error });
  }
  return entries
    .filter(
      (entry) =>
        !/\.d\.m?ts$/.test(entry) && MODULE_EXTENSIONS.some((extension) => entry.endsWith(extension)),
    )
    .toSorted()
    .map((entry) => path.join(directory, entry));
}

/** Imports a project's file; a syntax error or a failing import becomes a ConfigurationError that names the file. */
export async function importProjectModule(
  file: string,
  project: Pick<Project, 'directory' | 'loadModule'>,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await project.loadModule(file);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([`cannot load ${path.relative(project.directory, file)}: ${reason}`], {
      cause: error,
      hint: 'fix the file; --verbose shows where the error arose',
    });
  }
}

/** The knexfile of the nearest folder that has one, here or above, whoever's it is; null where there is none. */
export async function nearestKnexfile(directory: string): Promise<string | null> {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    const knexfile = await findModule(path.join(folder, 'knexfile'));
    if (knexfile !== null || folder === path.dirname(folder)) return knexfile;
  }
}

async function findKnexfile(directory: string): Promise<string> {
  const knexfile = await nearestKnexfile(directory);
  if (knexfile !== null) return knexfile;
  throw new ConfigurationError([`no knexfile.ts in ${directory} or above it`], {
    hint: [
      'run tidemark in the folder of your project; knexfile.ts names its databases',
      'tidemark init makes one: --url mysql://user@host/schema',
    ],
  });
}

async function findModule(withoutExtension: string): Promise<string | null> {
  for (const extension of MODULE_EXTENSIONS) {
    const file = withoutExtension + extension;
    if ((await stat(file).catch(() => null))?.isFile()) return file;
  }
  return null;
}

async function loadSpecs(
  knexfile: string,
  loadModule: ModuleLoader,
): Promise<Readonly<Record<string, DatabaseSpec>>> {
  const directory = path.dirname(knexfile);
  const { databases } = await importProjectModule(knexfile, { directory, loadModule });
  if (typeof databases !== 'object' || databases === null || Object.keys(databases).length === 0) {
    throw new ConfigurationError([`${path.basename(knexfile)} does not export "databases"`], {
      hint: 'export const databases = defineDatabases({ business: { schema: "dianshu_backend" } })',
    });
  }
  return defineDatabases(databases as Readonly<Record<string, DatabaseSpec>>);
}
