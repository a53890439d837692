import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import { noteSecret } from '../secrets.ts';

/** Debian's packages put each version into a folder of its own. */
const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const USER = 'tidemark';
const PASSWORD = 'pg-tidemark-test-5b1c';
const START_SECONDS = 60;

/** A running PostgreSQL for tests, with an account that may do everything. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** A URL of a database, without the password. */
  url(database: string): string;
  /** Makes an empty database. */
  createDatabase(name: string): Promise<void>;
  /** Runs a statement in a database. */
  query(database: string, sql: string): Promise<void>;
  /** Stops at once, without a checkpoint, as a crash does; `start` recovers. */
  crash(): Promise<void>;
  start(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own below a directory: loopback only, a password for every login, nothing synced. Throws an
 * error that says how to provide the programs where they are missing.
 */
export async function startPostgresServer(directory: string): Promise<PostgresServer> {
  const programs = await postgresPrograms();
  await mkdir(directory, { recursive: true });
  const data = path.join(directory, 'data');
  const passwordFile = path.join(directory, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`);
  await noteSecret(PASSWORD);
  // The server refuses to run as root.
  const root = process.getuid?.() === 0;
  if (root) await execa('chown', ['-R', 'postgres', directory]);
  const run = (program: string, ...args: readonly string[]) => {
    const command = [path.join(programs, program), ...args];
    const [first, ...rest] = root ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    return execa(first!, rest, { cwd: directory, stdin: 'ignore' });
  };
  await run(
    'initdb',
    `--pgdata=${data}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  );
  await rm(passwordFile);
  const port = await getPort();
  const options = [
    `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${directory}`,
    '-c fsync=off -c max_connections=200 -c shared_buffers=64MB',
  ].join(' ');
  const start = async () => {
    await run(
      'pg_ctl',
      'start',
      `--pgdata=${data}`,
      '--wait',
      `--timeout=${START_SECONDS}`,
      `--log=${path.join(directory, 'server.log')}`,
      `--options=${options}`,
    );
  };
  const stop = (mode: 'fast' | 'immediate') =>
    run('pg_ctl', 'stop', `--pgdata=${data}`, '--wait', `--mode=${mode}`);
  const psql = (sql: string, database = 'postgres') =>
    execa(
      path.join(programs, 'psql'),
      [
        '--no-psqlrc',
        '--quiet',
        '--host=127.0.0.1',
        `--port=${port}`,
        `--username=${USER}`,
        `--dbname=${database}`,
        '--command',
        sql,
      ],
      { env: { PGPASSWORD: PASSWORD } },
    );
  await start();
  return {
    port,
    user: USER,
    password: PASSWORD,
    url: (database) => `postgres://${USER}@127.0.0.1:${port}/${database}`,
    createDatabase: async (name) => {
      await psql(`CREATE DATABASE "${name}"`);
    },
    query: async (database, sql) => {
      await psql(sql, database);
    },
    crash: async () => {
      await stop('immediate');
    },
    start,
    [Symbol.asyncDispose]: async () => {
      await stop('immediate').catch(() => undefined);
    },
  };
}

/** Where `initdb`, `pg_ctl` and `psql` are: Debian's newest version of them, installed from its packages where it must be. */
async function postgresPrograms(): Promise<string> {
  const present = await newestVersion();
  if (present !== null) return present;
  if (process.getuid?.() === 0) {
    await execa('apt-get', ['install', '--yes', '--no-install-recommends', 'postgresql'], {
      stdin: 'ignore',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const installed = await newestVersion();
  if (installed !== null) return installed;
  throw new Error(
    'the tests need PostgreSQL 14 or later: install postgresql, or run as root on Debian or Ubuntu',
  );
}

async function newestVersion(): Promise<string | null> {
  const versions = (await readdir(DEBIAN_VERSIONS).catch(() => []))
    .map(Number)
    .filter((version) => version >= 14);
  return versions.length === 0 ? null : path.join(DEBIAN_VERSIONS, String(Math.max(...versions)), 'bin');
}
