import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseConfig } from '../../config/database-config.ts';
import { defineDatabases } from '../../config/database-spec.ts';
import { loadEnvironment } from '../../config/env-files.ts';
import { type Environment, environmentPrefix, parseDatabaseConfig } from '../../config/environment.ts';
import { type ProjectDatabase, projectDatabase } from '../../config/project.ts';
import { ConfigurationError, UsageError } from '../../errors.ts';
import type { Ask } from '../ask.ts';
import type { ProjectPlace } from './find-project.ts';
import { type Address, keyOf, parseUrl, variablesOf } from './parse-url.ts';

/** What the command line says of the database. */
export interface TargetOptions {
  readonly url: string | null;
  readonly db: string | null;
  readonly passwordFile: string | null;
  readonly envFile: string | null;
}

/** The database to look at. */
export interface Target {
  readonly projectDatabase: ProjectDatabase;
  /** It has a key in the knexfile. */
  readonly listed: boolean;
  readonly config: DatabaseConfig;
  /** What the environment file should have. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Finds out which database is meant and how to log in. Throws a UsageError for what is missing or contradicts the settings
 * that are there, and a ConfigurationError for settings that are none.
 */
export async function chooseTarget(
  options: TargetOptions,
  place: ProjectPlace,
  {
    environment: processEnvironment,
    workingDirectory,
    ask,
  }: {
    readonly environment: Environment;
    readonly workingDirectory: string;
    readonly ask: Ask | null;
  },
): Promise<Target> {
  const known = place.project?.databases ?? [];
  const address = await addressOf(options, known, ask);
  const name = options.db ?? (address === null ? known[0]!.name : keyOf(address.schema));
  defineDatabases({ [name]: {} });
  const existing = known.find((database) => database.name === name) ?? null;
  const database =
    existing ??
    (await projectDatabase(place.directory, name, address === null ? {} : { schema: address.schema }));
  const { variables: environment } = await loadEnvironment({
    processEnvironment,
    projectDirectory: place.directory,
    envFile: options.envFile,
    // The local development server's settings, for a database that is in the project.
    databaseNames: address === null ? [name] : [],
  });
  const prefix = environmentPrefix(name);
  const said = Object.fromEntries(
    Object.entries(address === null ? {} : variablesOf(address)).map(([suffix, value]) => [
      `${prefix}_${suffix}`,
      value,
    ]),
  );
  refuseContradictions(name, said, {
    ...(existing?.spec.schema === undefined ? {} : { [`${prefix}_DB_NAME`]: existing.spec.schema }),
    ...environment,
  });
  const password = await passwordOf(`${prefix}_DB_PASSWORD`, options, {
    environment,
    workingDirectory,
    ask,
    address,
  });
  const isNew = address !== null || environment[`${prefix}_DB_PASSWORD`] === undefined;
  const variables = { ...said, ...(isNew ? { [`${prefix}_DB_PASSWORD`]: password } : {}) };
  const parsed = parseDatabaseConfig(name, database.spec, {
    ...environment,
    ...said,
    [`${prefix}_DB_PASSWORD`]: password,
  });
  if (parsed.kind === 'invalid') {
    throw new ConfigurationError(parsed.faults, {
      hint: 'say --url mysql://user@host/schema, or set them in .env',
    });
  }
  return { projectDatabase: database, listed: existing !== null, config: parsed.config, variables };
}

/** The address that `--url` gives, or a person; null for a database that the project has. */
async function addressOf(
  { url, db }: TargetOptions,
  known: readonly ProjectDatabase[],
  ask: Ask | null,
): Promise<Address | null> {
  if (url !== null) return parseUrl(url);
  if (db === null ? known.length === 1 : known.some(({ name }) => name === db)) return null;
  if (ask !== null && (db !== null || known.length === 0)) return parseUrl(await ask.url());
  const names = known.map(({ name }) => `--db=${name}`);
  throw new UsageError(db === null ? 'which database?' : `the project has no database "${db}"`, {
    hint: [
      ...(names.length === 0 ? [] : [`${names.join(' or ')} for one that the project has`]),
      `--url mysql://user@host/schema for ${names.length === 0 ? 'the first' : 'another'} one`,
    ],
  });
}

function refuseContradictions(
  name: string,
  said: Readonly<Record<string, string>>,
  environment: Environment,
): void {
  const other = Object.entries(said).filter(
    ([variable, value]) => (environment[variable] ?? '') !== '' && environment[variable] !== value,
  );
  if (other.length === 0) return;
  throw new UsageError(
    `"${name}" is another database already: ${other.map(([variable]) => `${variable} is "${environment[variable]}"`).join(', ')}`,
    { hint: 'give this one another key, --db NAME, or correct the environment and .env' },
  );
}

async function passwordOf(
  variable: string,
  { passwordFile }: TargetOptions,
  {
    environment,
    workingDirectory,
    ask,
    address,
  }: {
    readonly environment: Environment;
    readonly workingDirectory: string;
    readonly ask: Ask | null;
    readonly address: Address | null;
  },
): Promise<string> {
  const known = environment[variable];
  if (passwordFile !== null) {
    const password = await readPassword(path.resolve(workingDirectory, passwordFile));
    if (known === undefined || known === password) return password;
    throw new UsageError(`${variable} and --password-file do not agree`, { hint: 'leave one of them out' });
  }
  if (known !== undefined) return known;
  if (ask !== null) return ask.password(address === null ? variable : `${address.user}@${address.host}`);
  throw new UsageError(`no password: ${variable} is not set`, {
    hint: `set it in the environment or in .env, or name a file that holds it: --password-file FILE`,
  });
}

async function readPassword(file: string): Promise<string> {
  try {
    // Editors end a file with a line break, which is no part of a password.
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new UsageError(`cannot read the password: ${(error as Error).message}`, {
      hint: 'check the path given to --password-file, and its permissions',
      cause: error,
    });
  }
}
