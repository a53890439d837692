import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, inject, test } from 'vitest';
import { readDevEnv, writeDevEnv, type DevDatabase } from '../../../src/dev/dev-env.ts';
import {
  localServersStatus,
  startLocalServers,
  stopLocalServers,
} from '../../../src/dev/servers/local-servers.ts';
import { PrivateServer } from '../../../src/dev/servers/private-server.ts';
import { writeProgram } from '../../support/programs.ts';
import { createSchema, createUser, servers, type TestUser } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const { mysql, mariadb } = inject('software');
const programs = [mysql, mariadb];

const TIMEOUT = 120_000;
const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const DATABASES = [
  { name: 'business', schema: 'dianshu_backend' },
  { name: 'matomo', schema: 'matomo' },
];
const silent = () => undefined;

/** A script that hands its arguments to a command, and adds `more`. */
function forward(command: readonly string[], ...more: readonly string[]): string {
  return `exec ${command.map((word) => `'${word}'`).join(' ')} "$@" ${more.join(' ')}`;
}

async function schemasOf({ host, port, user, password }: DevDatabase): Promise<readonly string[]> {
  const connection = await createConnection({ host, port, user, password, connectTimeout: 5000 });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE DEFAULT_CHARACTER_SET_NAME = 'utf8mb4'",
    );
    return rows.map((row) => String(row['name']));
  } finally {
    await connection.end();
  }
}

describe.each(programs)('private local servers with $label', (software) => {
  /** A PATH with just this server, as a shell script, so that the test does not depend on what the machine has. */
  async function project() {
    const directory = await temporaryDirectory(inject('serversDirectory'));
    const bin = path.join(directory.path, 'bin');
    await writeProgram(
      bin,
      software.flavour === 'mysql' ? 'mysqld' : 'mariadbd',
      forward(software.server, ...software.options),
    );
    if (software.flavour === 'mariadb')
      await writeProgram(bin, 'mariadb-install-db', forward(software.installer));
    const base = {
      projectDirectory: directory.path,
      environment: { PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}` },
      databases: DATABASES,
      report: silent,
      machine: { usualDirectories: [] },
    };
    return {
      options: base,
      [Symbol.asyncDispose]: async () => {
        await new PrivateServer(path.join(directory.path, '.tidemark', 'server')).remove();
        await directory[Symbol.asyncDispose]();
      },
    };
  }

  test(
    'start, start again, stop, start with the same data, and removal',
    async () => {
      await using own = await project();
      const { options } = own;
      expect(await localServersStatus(options)).toEqual({ kind: 'none' });
      expect(await stopLocalServers({ ...options, removeData: false })).toEqual({ kind: 'none' });

      const first = await startLocalServers(options);
      expect(first).toMatchObject({
        kind: 'private',
        alreadyRunning: false,
        createdSchemas: ['dianshu_backend', 'matomo'],
      });
      expect(first.description).toContain(software.label);
      for (const database of first.databases) expect(await schemasOf(database)).toContain(database.schema);
      const kept = { kind: 'private', databases: first.databases };
      expect(await readDevEnv(options.projectDirectory)).toEqual(kept);

      // Asked for one database only, the other one's settings stay.
      const one = await startLocalServers({ ...options, databases: DATABASES.slice(0, 1) });
      expect(one.databases).toEqual(first.databases.slice(0, 1));
      expect(await readDevEnv(options.projectDirectory)).toEqual(kept);
      const again = await startLocalServers(options);
      expect(again).toMatchObject({ alreadyRunning: true, createdSchemas: [], databases: first.databases });
      expect(await localServersStatus(options)).toMatchObject({ kind: 'private', label: software.label });

      expect(await stopLocalServers({ ...options, removeData: false })).toMatchObject({
        kind: 'stopped',
        dataRemoved: false,
      });
      expect(await stopLocalServers({ ...options, removeData: false })).toMatchObject({
        kind: 'not-running',
      });
      expect(await localServersStatus(options)).toMatchObject({ kind: 'private', pid: null });

      const restarted = await startLocalServers(options);
      expect(restarted).toMatchObject({
        alreadyRunning: false,
        createdSchemas: [],
        databases: first.databases,
      });

      expect(await stopLocalServers({ ...options, removeData: true })).toMatchObject({
        kind: 'stopped',
        dataRemoved: true,
      });
      expect(await localServersStatus(options)).toEqual({ kind: 'none' });
      expect(await readDevEnv(options.projectDirectory)).toBeNull();
    },
    TIMEOUT,
  );

  test(
    'a damaged state is named with what to do, and can be removed',
    async () => {
      await using own = await project();
      const { options } = own;
      await startLocalServers(options);
      const stateFile = path.join(options.projectDirectory, '.tidemark', 'server', 'server.json');
      await writeFile(stateFile, '{ "flavour":');
      await expect(startLocalServers(options)).rejects.toThrow(`${stateFile} is damaged`);
      expect(await stopLocalServers({ ...options, removeData: true })).toMatchObject({ kind: 'stopped' });
      expect((await startLocalServers(options)).createdSchemas).toEqual(['dianshu_backend', 'matomo']);
    },
    TIMEOUT,
  );
});

/**
 * There is no Docker engine where the tests run. A script stands for the docker program, a process boundary, and keeps
 * what it was told; the servers that it claims to have started are the real ones of this run.
 */
describe.each(servers)('local servers in Docker, in front of $label', (server) => {
  const DOCKER = `printf '%s|%s|%s\\n' "$*" "$BUSINESS_DB_PASSWORD" "$MATOMO_DB_PORT" >> "$DOCKER_CALLS"
case "$*" in
  *"config --services"*) printf 'mysql-business\\nmysql-matomo\\n' ;;
  *" ps "*) if [ -e "$DOCKER_CALLS.up" ]; then printf 'mysql-business\\nmysql-matomo\\n'; fi ;;
  *" up "*) if [ -e "$DOCKER_CALLS.broken" ]; then echo 'port is already allocated' >&2; exit 1; fi; : > "$DOCKER_CALLS.up" ;;
  *" stop"*|*" down "*) rm "$DOCKER_CALLS.up" ;;
esac`;

  /** A project whose last start was in Docker, as far as `.tidemark/dev.env` says. */
  async function dockerOptions(directory: string, schema: string, user: TestUser) {
    await copyFile(path.join(REPOSITORY, 'docker-compose.yml'), path.join(directory, 'docker-compose.yml'));
    await writeProgram(path.join(directory, 'bin'), 'docker', DOCKER);
    const { host, port } = server;
    const databases = DATABASES.map(({ name }) => ({ name, schema }));
    const kept = databases.map((database) => ({
      ...database,
      host,
      port,
      user: user.name,
      password: user.password,
    }));
    await writeDevEnv(directory, 'docker', kept);
    return {
      projectDirectory: directory,
      databases,
      environment: {
        PATH: `${path.join(directory, 'bin')}:/usr/bin:/bin`,
        DOCKER_CALLS: path.join(directory, 'calls'),
      },
      report: silent,
    };
  }

  test('starts the services with the kept passwords, finds them again, stops and removes them', async () => {
    await using directory = await temporaryDirectory();
    await using schema = await createSchema(server);
    await using user = await createUser(server, [`ALL ON \`${schema.name}\`.*`]);
    const options = await dockerOptions(directory.path, schema.name, user);

    const first = await startLocalServers(options);
    expect(first).toMatchObject({ kind: 'docker', alreadyRunning: false, createdSchemas: [] });
    const calls = await readFile(options.environment.DOCKER_CALLS, 'utf8');
    expect(calls).toMatch(
      new RegExp(`compose up --detach .*mysql-business mysql-matomo\\|${user.password}\\|${server.port}`),
    );
    expect((await startLocalServers(options)).alreadyRunning).toBe(true);
    expect(await localServersStatus(options)).toEqual({
      kind: 'docker',
      runningServices: ['mysql-business', 'mysql-matomo'],
    });

    const stopped = await stopLocalServers({ ...options, removeData: false });
    expect(stopped).toEqual({
      kind: 'stopped',
      servers: ['mysql-business', 'mysql-matomo'],
      dataRemoved: false,
    });
    expect(await readDevEnv(directory.path)).not.toBeNull();
    await startLocalServers(options);
    await stopLocalServers({ ...options, removeData: true });
    expect(await readFile(options.environment.DOCKER_CALLS, 'utf8')).toContain('compose down --volumes');
    expect(await readDevEnv(directory.path)).toBeNull();
  });

  test('a start that fails says what Compose said and how to go on, and keeps the passwords', async () => {
    await using directory = await temporaryDirectory();
    await using schema = await createSchema(server);
    await using user = await createUser(server, [`ALL ON \`${schema.name}\`.*`]);
    const options = await dockerOptions(directory.path, schema.name, user);
    await writeFile(`${options.environment.DOCKER_CALLS}.broken`, '');
    const before = await readDevEnv(directory.path);
    await expect(startLocalServers(options)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('port is already allocated'),
      hints: expect.arrayContaining([expect.stringContaining('docker compose logs mysql-business')]),
    });
    expect(await readDevEnv(directory.path)).toEqual(before);
  });
});
