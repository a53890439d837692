import { loadEnvironment } from './config/env-files.ts';
import { type Environment, parseDatabaseConfig } from './config/environment.ts';
import type { DatabaseConfig } from './config/database-config.ts';
import { createModuleLoader } from './config/module-loader.ts';
import { type Project, type ProjectDatabase, loadProject } from './config/project.ts';
import type { Database } from './databases/database.ts';
import { ConfigurationError, combineErrors } from './errors.ts';
import type { Io } from './io.ts';
import { type Output, createOutput } from './output.ts';

/** A project's database with its settings, not yet opened. */
export interface ConfiguredDatabase extends ProjectDatabase {
  readonly config: DatabaseConfig;
}

/** A project's database with an open pool. */
export interface OpenProjectDatabase extends ConfiguredDatabase {
  readonly database: Database;
}

/** What a command works with. */
export interface Context {
  readonly io: Io;
  readonly output: Output;
  readonly project: Project;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Settings of these databases; throws one ConfigurationError with the faults of all of them. */
  configure(selected: readonly ProjectDatabase[]): readonly ConfiguredDatabase[];
  /** Opens these databases, all or none, runs the work and closes them. */
  withDatabases<Result>(
    selected: readonly ProjectDatabase[],
    work: (opened: readonly OpenProjectDatabase[]) => Promise<Result>,
  ): Promise<Result>;
}

export interface GlobalOptions {
  readonly json: boolean;
  readonly envFile: string | null;
}

/** The composition root: project and environment to a context. */
export async function createContext(io: Io, options: GlobalOptions): Promise<Context> {
  const project = await loadProject(io.workingDirectory, createModuleLoader());
  const output = createOutput(io, options.json);
  const { variables, localDatabases } = await loadEnvironment({
    processEnvironment: io.environment,
    projectDirectory: project.directory,
    envFile: options.envFile,
    databaseNames: project.databases.map((database) => database.name),
  });

  const configure: Context['configure'] = (selected) => {
    const parsed = selected.map((database) => ({
      database,
      result: parseDatabaseConfig(database.name, database.spec, variables),
    }));
    const faults = parsed.flatMap(({ result }) => (result.kind === 'invalid' ? result.faults : []));
    if (faults.length > 0) {
      throw new ConfigurationError(faults, {
        hint: 'set them in the environment or in .env (see .env.example); "npm run db:up" starts a local server instead',
      });
    }
    return parsed.flatMap(({ database, result }) =>
      result.kind === 'valid' ? [{ ...database, config: result.config }] : [],
    );
  };

  return {
    io,
    output,
    project,
    environment: variables,
    signal: io.signal,
    configure,
    async withDatabases(selected, work) {
      const configured = configure(selected);
      const local = configured.filter(({ name }) => localDatabases.includes(name)).map(({ name }) => name);
      if (local.length > 0) output.note(`using the local development server for ${local.join(', ')}`);
      const opened = await openAll(configured);
      try {
        return await work(opened);
      } finally {
        await Promise.all(opened.map(({ database }) => database[Symbol.asyncDispose]()));
      }
    },
  };
}

async function openAll(configured: readonly ConfiguredDatabase[]): Promise<readonly OpenProjectDatabase[]> {
  const { openDatabase } = await import('./databases/database.ts');
  const attempts = await Promise.allSettled(
    configured.map(async (item) => ({ ...item, database: await openDatabase(item.config) })),
  );
  const opened = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const failures = attempts.flatMap((attempt) =>
    attempt.status === 'rejected' ? [attempt.reason as unknown] : [],
  );
  if (failures.length === 0) return opened;
  await Promise.all(opened.map(({ database }) => database[Symbol.asyncDispose]()));
  throw combineErrors(failures);
}
