import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'dotenv';
import { writeFileAtomically } from '../atomic-file.ts';
import { DEV_ENV_FILE } from '../config/env-files.ts';
import { environmentPrefix, type Environment } from '../config/environment.ts';

/** The ways that local servers are provided. */
export type ServerKind = 'docker' | 'private';

/** The connection settings of one database on a local server. */
export interface DevDatabase {
  readonly name: string;
  readonly schema: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface DevEnv {
  readonly kind: ServerKind;
  readonly databases: readonly DevDatabase[];
}

const KIND_LINE = '# Kind of server: ';

/** The lines of an env file for these databases. Throws RangeError for a value that such a file cannot hold. */
export function renderDevEnv(kind: ServerKind, databases: readonly DevDatabase[]): string {
  const lines = databases.flatMap((database) => {
    const prefix = `${environmentPrefix(database.name)}_DB_`;
    return [
      `${prefix}HOST=${quoted(database.host)}`,
      `${prefix}PORT=${database.port}`,
      `${prefix}NAME=${quoted(database.schema)}`,
      `${prefix}USER=${quoted(database.user)}`,
      `${prefix}PASSWORD=${quoted(database.password)}`,
    ];
  });
  return [
    '# The local development server that tidemark started; rewritten on each start.',
    '# It counts only for a database that neither the environment nor .env names.',
    `${KIND_LINE}${kind}`,
    ...lines,
    '',
  ].join('\n');
}

/** Writes the settings for later commands, readable by their owner only. */
export async function writeDevEnv(
  projectDirectory: string,
  kind: ServerKind,
  databases: readonly DevDatabase[],
): Promise<void> {
  await writeFileAtomically(path.join(projectDirectory, DEV_ENV_FILE), renderDevEnv(kind, databases), 0o600);
}

/** Reads what the last start wrote; null if there is nothing. */
export async function readDevEnv(projectDirectory: string): Promise<DevEnv | null> {
  let text: string;
  try {
    text = await readFile(path.join(projectDirectory, DEV_ENV_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const kind = text.includes(`\n${KIND_LINE}docker\n`) ? 'docker' : 'private';
  return { kind, databases: databasesIn(parse(text)) };
}

/** A database's name is its variables' prefix in lower case: see `defineDatabases`. */
function databasesIn(variables: Environment): readonly DevDatabase[] {
  const prefixes = Object.keys(variables).flatMap((key) => /^(\w+)_DB_HOST$/.exec(key)?.[1] ?? []);
  return prefixes.map((prefix) => {
    const value = (suffix: string) => variables[`${prefix}_DB_${suffix}`] ?? '';
    return {
      name: prefix.toLowerCase(),
      schema: value('NAME'),
      host: value('HOST'),
      port: Number(value('PORT')),
      user: value('USER'),
      password: value('PASSWORD'),
    };
  });
}

export async function removeDevEnv(projectDirectory: string): Promise<void> {
  await rm(path.join(projectDirectory, DEV_ENV_FILE), { force: true });
}

/** dotenv takes what stands between two equal quotes as it is; it knows no escape of the quote itself. */
function quoted(value: string): string {
  const quote = ["'", '"', '`'].find(
    (mark) => !value.includes(mark) && parse(`V=${mark}${value}${mark}`)['V'] === value,
  );
  if (quote === undefined) throw new RangeError('an env file cannot hold this value');
  return `${quote}${value}${quote}`;
}
