import { type DatabaseOrigin, loadEnvironment } from './config/env-files.ts';
import { type Environment, parseDatabaseConfig } from './config/environment.ts';
import { createModuleLoader } from './config/module-loader.ts';
import { type Project, type ProjectDatabase, loadProject } from './config/project.ts';
import type { ConfiguredDatabase, OpenProjectDatabase } from './project-databases.ts';
import { ConfigurationError } from './errors.ts';
import type { Io } from './io.ts';
import type { Telemetry } from './observability/telemetry.ts';
import { openDatabases } from './open-databases.ts';
import { type Output, createOutput } from './output.ts';

/** What a command works with. */
export interface Context {
  readonly io: Io;
  readonly output: Output;
  readonly project: Project;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** The run's log and metrics. */
  readonly telemetry: Telemetry;
  /** Who says where a database is. */
  originOf(name: string): DatabaseOrigin;
  /** Reads project and environment again, once something changed them. */
  reload(): Promise<Context>;
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
export async function createContext(io: Io, options: GlobalOptions, telemetry: Telemetry): Promise<Context> {
  const project = await loadProject(io.workingDirectory, createModuleLoader());
  const output = createOutput(io, options.json);
  const { variables, origins } = await loadEnvironment({
    processEnvironment: io.environment,
    projectDirectory: project.directory,
    envFile: options.envFile,
    databaseNames: project.databases.map((database) => database.name),
  });
  telemetry.attach({ directory: project.directory, environment: variables });

  const configure: Context['configure'] = (selected) => {
    const parsed = selected.map((database) => ({
      database,
      result: parseDatabaseConfig(database.name, database.spec, variables),
    }));
    const faults = parsed.flatMap(({ result }) => (result.kind === 'invalid' ? result.faults : []));
    if (faults.length > 0) {
      // A variable that holds for every database is wrong for each of them.
      throw new ConfigurationError([...new Set(faults)], {
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
    telemetry,
    originOf: (name) => origins.get(name) ?? 'nobody',
    reload: () => createContext(io, options, telemetry),
    configure,
    async withDatabases(selected, work) {
      const configured = configure(selected);
      const local = configured.map(({ name }) => name).filter((name) => origins.get(name) === 'local-server');
      if (local.length > 0) output.note(`using the local development server for ${local.join(', ')}`);
      await using databases = await openDatabases(configured, telemetry);
      return await work(databases.opened);
    },
  };
}
