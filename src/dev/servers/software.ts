import { access, constants, realpath } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Environment } from '../../config/environment.ts';
import { atLeast, parseServerVersion, type ServerFlavour, type ServerInfo } from '../../databases/server.ts';

/** A program with the arguments that come before all others. */
export type Command = readonly [program: string, ...leading: readonly string[]];

/** The programs of one database server, enough to initialise a data directory and to run a server on it. */
export type ServerSoftware =
  | {
      readonly flavour: 'mysql';
      /** As a person reads it, such as `MySQL 9.7.4`. */
      readonly label: string;
      readonly server: Command;
      /** Options that every run needs, such as `--basedir` of an installation outside its compiled-in place. */
      readonly options: readonly string[];
    }
  | {
      readonly flavour: 'mariadb';
      readonly label: string;
      readonly server: Command;
      readonly options: readonly string[];
      /** `mariadb-install-db`; MySQL's server initialises by itself. */
      readonly installer: Command;
    };

export interface SoftwareSearch {
  readonly found: readonly ServerSoftware[];
  /** Programs that were found and cannot be used, each with the reason. */
  readonly unusable: readonly string[];
}

/** The oldest releases that tidemark is tested with. */
const OLDEST: Readonly<Record<ServerFlavour, ServerInfo['version']>> = {
  mysql: [8, 0, 0],
  mariadb: [10, 6, 0],
};

/** Where servers are installed without being on the PATH of an ordinary user. */
const USUAL_DIRECTORIES: readonly string[] = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  ...['/opt/homebrew/opt', '/usr/local/opt', '/home/linuxbrew/.linuxbrew/opt'].flatMap((formulas) =>
    ['mysql', 'mysql@8.4', 'mariadb'].map((formula) => path.join(formulas, formula, 'bin')),
  ),
];

/** The directories of `PATH`, in order. */
export function searchPath(environment: Environment): readonly string[] {
  return (environment['PATH'] ?? '').split(path.delimiter).filter((directory) => path.isAbsolute(directory));
}

/**
 * Finds every `mysqld` and `mariadbd` on the PATH and in the usual directories, in that order. Runs each with
 * `--version` only. `usualDirectories` is for tests.
 */
export async function findServerSoftware(
  environment: Environment,
  usualDirectories: readonly string[] = USUAL_DIRECTORIES,
): Promise<SoftwareSearch> {
  const directories = [...new Set([...searchPath(environment), ...usualDirectories])];
  const found: ServerSoftware[] = [];
  const unusable: string[] = [];
  const seen = new Set<string>();
  for (const directory of directories) {
    for (const name of ['mysqld', 'mariadbd']) {
      const program = path.join(directory, name);
      if (!(await isExecutable(program))) continue;
      // Debian's mysqld of MariaDB is a link to mariadbd.
      const real = await realpath(program);
      if (seen.has(real)) continue;
      seen.add(real);
      const installerDirectories = [directory, path.join(directory, '..', 'bin'), ...directories];
      const installer = await findProgram('mariadb-install-db', installerDirectories);
      const result = await inspectServer({
        server: [program],
        options: [],
        installer: installer === null ? null : [installer],
      });
      if (typeof result === 'string') unusable.push(result);
      else found.push(result);
    }
  }
  return { found, unusable };
}

/** Finds a program by name; null if no directory has it. */
export async function findProgram(name: string, directories: readonly string[]): Promise<string | null> {
  for (const directory of directories) {
    const program = path.join(directory, name);
    if (await isExecutable(program)) return program;
  }
  return null;
}

/** Runs a server program with `--version`; a text says why it cannot be used. */
export async function inspectServer(candidate: {
  readonly server: Command;
  readonly options: readonly string[];
  /** MariaDB's `mariadb-install-db`; null where there is none. */
  readonly installer: Command | null;
}): Promise<ServerSoftware | string> {
  const { server, options, installer } = candidate;
  const [program, ...leading] = server;
  const name = server.at(-1) ?? program;
  const result = await execa(program, [...leading, '--no-defaults', '--version'], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
  });
  const text = /\bVer (\S+.*)/.exec(result.stdout)?.[1];
  if (result.failed || text === undefined) return `${name} does not run`;
  const { flavour, version, label } = parseServerVersion(text);
  const oldest = OLDEST[flavour];
  if (!atLeast(version, oldest)) return `${name} is ${label}, older than ${oldest.slice(0, 2).join('.')}`;
  if (flavour === 'mysql') return { flavour, label, server, options };

  if (installer === null) return `${name} has no mariadb-install-db with it`;
  return { flavour, label, server, options, installer };
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
