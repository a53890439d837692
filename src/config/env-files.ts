import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'dotenv';
import { ConfigurationError } from '../errors.ts';
import { type Environment, environmentPrefix } from './environment.ts';

/** Where `tidemark dev up` keeps the settings of the server that it started, below the project's directory. */
export const DEV_ENV_FILE = path.join('.tidemark', 'dev.env');

export interface EnvironmentSources {
  readonly processEnvironment: Environment;
  readonly projectDirectory: string;
  /** `--env-file`; without it `.env` in the project's directory is read if it is there. */
  readonly envFile: string | null;
  readonly databaseNames: readonly string[];
}

export interface LoadedEnvironment {
  readonly variables: Environment;
  /** Who says where each database is. */
  readonly origins: ReadonlyMap<string, DatabaseOrigin>;
}

/** The user (environment or `.env`), the local development server's file, or nobody. */
export type DatabaseOrigin = 'user' | 'local-server' | 'nobody';

/**
 * Merges the environment, `.env` (or `--env-file`) and the local development server's file; the first wins. The last
 * one counts only for a database that neither of the others says anything of, so that half a production
 * configuration is reported as such and never completed with a development server's settings.
 */
export async function loadEnvironment(sources: EnvironmentSources): Promise<LoadedEnvironment> {
  const { processEnvironment, projectDirectory, envFile, databaseNames } = sources;
  const named =
    envFile === null
      ? await readEnvFile(path.join(projectDirectory, '.env'), 'optional')
      : await readEnvFile(path.resolve(projectDirectory, envFile), 'required');
  const variables: Record<string, string | undefined> = { ...named, ...definedOnly(processEnvironment) };

  const local = await readEnvFile(path.join(projectDirectory, DEV_ENV_FILE), 'optional');
  const origins = new Map<string, DatabaseOrigin>();
  for (const name of databaseNames) {
    const localKeys = connectionVariables(name, local);
    if (connectionVariables(name, variables).length > 0) {
      origins.set(name, 'user');
    } else if (localKeys.length > 0) {
      origins.set(name, 'local-server');
      for (const key of localKeys) variables[key] = local[key];
    } else {
      origins.set(name, 'nobody');
    }
  }
  return { variables, origins };
}

/** The variables that say where a database is and who logs in; pool settings alone do not name a database. */
function connectionVariables(name: string, environment: Environment): readonly string[] {
  const prefix = `${environmentPrefix(name)}_DB_`;
  return Object.keys(environment).filter(
    (key) =>
      key.startsWith(prefix) &&
      /^(HOST|PORT|SOCKET|NAME|USER|PASSWORD|SSL\w*)$/.test(key.slice(prefix.length)),
  );
}

async function readEnvFile(file: string, presence: 'required' | 'optional'): Promise<Environment> {
  try {
    return parse(await readFile(file));
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (absent && presence === 'optional') return {};
    throw new ConfigurationError(
      [`cannot read ${file}: ${absent ? 'no such file' : (error as Error).message}`],
      {
        cause: error,
        hint:
          presence === 'required' ? 'check the path given to --env-file' : `check the permissions of ${file}`,
      },
    );
  }
}

function definedOnly(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}
