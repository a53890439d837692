import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { ModuleLoader } from '../config/module-loader.ts';
import { ConfigurationError, RefusedError, UsageError, WorkFailedError, settleAll } from '../errors.ts';

export interface SeedOptions {
  /** Its session must speak UTC (`time_zone = '+00:00'`), as every session of this project does. */
  readonly knex: Knex;
  /** Name of the database in the configuration, which is the folder's name below `seedsDirectory`. */
  readonly databaseName: string;
  readonly seedsDirectory: string;
  /** Imports the seed files, which are TypeScript. */
  readonly loadModule: ModuleLoader;
  /** Rows of the largest table, 1,000 to 100,000,000; the others follow in proportion. */
  readonly rows: number;
  /** The same seed and rows give the same data on every server. */
  readonly seed: number;
  /** For Matomo's tables; `matomo_` if left out. */
  readonly tablePrefix?: string;
  /** Takes one line of progress for a person. */
  readonly report?: (line: string) => void;
}

export interface ChangeOptions extends SeedOptions {
  /** From 1; each round picks other rows. */
  readonly round: number;
}

export interface SeedReport {
  readonly tables: readonly TableSeeded[];
  readonly seconds: number;
}

export interface TableSeeded {
  readonly table: string;
  /** Rows of the sample that the table holds now. */
  readonly rows: number;
  /** Rows that this run inserted; 0 when all were there. */
  readonly inserted: number;
  readonly seconds: number;
}

export interface ChangeReport {
  readonly tables: readonly TableChange[];
  readonly seconds: number;
}

/** Rows that a round of changes touched, as the server counted them; no row is counted twice. */
export interface TableChange {
  readonly table: string;
  readonly updated: number;
  readonly inserted: number;
}

/**
 * Creates the sample tables of a database and fills them. What is already there stays, and an interrupted run goes on
 * where it stopped.
 *
 * @throws UsageError when the database has no seeds or a parameter is out of range
 * @throws RefusedError when a table of that name is there and is not this very sample
 * @throws ConfigurationError when a seed file exports no seed
 * @throws WorkFailedError when the server refuses a statement or the connection is lost
 */
export async function seedDatabase(options: SeedOptions): Promise<SeedReport> {
  const started = performance.now();
  const tables: TableSeeded[] = [];
  await runSeeds(options, seedsFolder(options), {
    onFilled: (table: TableSeeded) => tables.push(table),
  });
  return { tables, seconds: (performance.now() - started) / 1000 };
}

/**
 * Seeds databases side by side. All of them are checked before the first is written to, so that one which is not the
 * sample leaves the others as they are. Throws what `seedDatabase` throws, for all that failed together.
 */
export async function seedDatabases(databases: readonly SeedOptions[]): Promise<readonly SeedReport[]> {
  await settleAll(databases.map((options) => runSeeds(options, seedsFolder(options), { checkOnly: true })));
  return settleAll(databases.map(seedDatabase));
}

/**
 * Changes some rows of a seeded database as its application would, with the server's own clock: about one row in a
 * hundred is updated, one in a thousand is new.
 *
 * @throws UsageError when the database has no changes or a parameter is out of range
 * @throws RefusedError when the tables are not this very sample or not full yet
 * @throws ConfigurationError when a seed file exports no seed
 * @throws WorkFailedError when the server refuses a statement or the connection is lost
 */
export async function changeRows(options: ChangeOptions): Promise<ChangeReport> {
  const started = performance.now();
  const tables: TableChange[] = [];
  await runSeeds(options, join(seedsFolder(options), 'changes'), {
    round: options.round,
    onChanged: (table: TableChange) => tables.push(table),
  });
  return { tables, seconds: (performance.now() - started) / 1000 };
}

function seedsFolder({ seedsDirectory, databaseName }: SeedOptions): string {
  return join(seedsDirectory, databaseName);
}

async function runSeeds(
  options: SeedOptions,
  directory: string,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const files = await seedFiles(directory);
  if (files.length === 0) {
    const known = await databasesWithSeeds(options.seedsDirectory);
    throw new UsageError(`no seed files for database "${options.databaseName}" in ${directory}`, {
      hint: known.length === 0 ? 'no database has seeds there' : `databases with seeds: ${known.join(', ')}`,
    });
  }

  const { rows, seed, tablePrefix, report } = options;
  const parameters = {
    rows,
    seed,
    ...(tablePrefix === undefined ? {} : { tablePrefix }),
    ...(report === undefined ? {} : { report }),
    ...more,
  };
  try {
    await options.knex
      .withUserParams(parameters)
      .seed.run({ seedSource: sourceOf(files, options.loadModule) });
  } catch (error) {
    throw translated(error, options.databaseName);
  }
}

/** Seeds that the project's loader imports: Knex by itself cannot import TypeScript on every Node that is supported. */
function sourceOf(files: readonly string[], loadModule: ModuleLoader): Knex.SeedSource<string> {
  return {
    getSeeds: () => Promise.resolve([...files]),
    getSeed: async (file) => {
      const module = await loadModule(file);
      if (isSeed(module)) return module;
      throw new ConfigurationError([`${file} exports no function "seed"`], {
        hint: 'export async function seed(knex) { … }',
      });
    },
  };
}

function isSeed(module: object): module is Knex.Seed {
  return 'seed' in module && typeof module.seed === 'function';
}

/** Seed files of a folder in order of their names; none when the folder is not there. */
async function seedFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|js)$/.test(entry.name))
    .map((entry) => join(directory, entry.name))
    .sort();
}

/** Folders that hold numbered seed files; the shared code beside them is not numbered. */
async function databasesWithSeeds(seedsDirectory: string): Promise<readonly string[]> {
  const entries = await readdir(seedsDirectory, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const files = await seedFiles(join(seedsDirectory, entry.name));
    if (files.some((file) => /[\\/]\d[^\\/]*$/.test(file))) names.push(entry.name);
  }
  return names.sort();
}

/** Knex wraps what a seed throws; the caller gets the error itself, with the contract's exit code where it is expected. */
function translated(error: unknown, databaseName: string): unknown {
  const original = error instanceof Error && 'original' in error ? error.original : error;
  if (!(original instanceof Error)) return original;
  if (isSampleDataError(original)) {
    const options = { hint: original.hint, cause: original };
    return original.kind === 'usage'
      ? new UsageError(original.message, options)
      : new RefusedError(original.message, options);
  }
  const { sqlMessage, code } = original as Error & { sqlMessage?: string; code?: string };
  // Knex puts the whole statement, some kilobytes here, before the driver's message.
  const reason = sqlMessage ?? code;
  if (reason === undefined) return original;
  return new WorkFailedError(`sample data of ${databaseName}: ${reason}`, {
    hint: 'fix that and seed again: it goes on where it stopped',
    cause: original,
  });
}

/** The error of the seeds' own code, known by its name since it may be of another copy of the class. */
function isSampleDataError(error: Error): error is Error & { kind: 'usage' | 'refused'; hint: string } {
  return error.name === 'SampleDataError';
}
