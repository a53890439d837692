import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, inject, test } from 'vitest';
import { PrivateServer } from '../../../src/dev/servers/private-server.ts';
import type { ServerLogin } from '../../../src/dev/servers/server-login.ts';
import { InterruptedError, WorkFailedError } from '../../../src/errors.ts';
import { fillFromTemplate } from '../../support/servers/data-template.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const { mysql, mariadb } = inject('software');
const programs = [mysql, mariadb];
/** For tests whose subject comes after the initialisation. */
const fill = fillFromTemplate;

/** Each starts a real server or several, on a machine that runs other tests as well. */
const TIMEOUT = 120_000;

interface OwnServer extends AsyncDisposable {
  readonly server: PrivateServer;
  readonly directory: string;
}

async function ownServer(name = 'server'): Promise<OwnServer> {
  const parent = await temporaryDirectory(inject('serversDirectory'));
  const directory = path.join(parent.path, name);
  const server = new PrivateServer(directory);
  return {
    server,
    directory,
    [Symbol.asyncDispose]: async () => {
      await server.kill();
      await server.remove();
      await parent[Symbol.asyncDispose]();
    },
  };
}

async function query(login: ServerLogin, sql: string): Promise<readonly RowDataPacket[]> {
  const connection = await createConnection({ ...login, connectTimeout: 5000 });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

describe.each(programs)('private $label', (software) => {
  test(
    'starts with a real password, on loopback only, and leaves no account without one',
    async () => {
      await using own = await ownServer();
      const { kind, login, label } = await own.server.start({ software });
      expect({ kind, label }).toEqual({ kind: 'started', label: software.label });
      expect(login.password).toHaveLength(32);
      const [settings] = await query(
        login,
        'SELECT @@bind_address AS address, @@character_set_server AS charset, @@local_infile AS localFiles',
      );
      expect(settings).toEqual({ address: '127.0.0.1', charset: 'utf8mb4', localFiles: 0 });
      await expect(query({ ...login, password: 'wrong' }, 'SELECT 1')).rejects.toMatchObject({ errno: 1045 });
      for (const user of ['root', 'nobody']) {
        await expect(query({ ...login, user, password: '' }, 'SELECT 1')).rejects.toThrow(/denied/i);
      }
      const socketPath = path.join(own.directory, 'server.sock');
      for (const user of ['root', '']) {
        const attempt = createConnection({ socketPath, user, password: '' });
        await expect(attempt).rejects.toThrow(/denied/i);
      }
      // The passwords are in one file that only the owner can read; the SQL that set them is gone.
      expect((await stat(path.join(own.directory, 'server.json'))).mode & 0o777).toBe(0o600);
      expect(await readdir(own.directory)).not.toContain('accounts.sql');
    },
    TIMEOUT,
  );

  test(
    'keeps data, password and port over stop, restart and crash',
    async () => {
      await using own = await ownServer();
      const first = await own.server.start({ software, fill });
      await query(first.login, 'CREATE DATABASE kept');
      await query(first.login, 'CREATE TABLE kept.t (id INT PRIMARY KEY) ENGINE=InnoDB');
      expect((await own.server.start({ software, fill })).kind).toBe('already-running');

      await query(first.login, 'INSERT INTO kept.t VALUES (1)');
      expect(await own.server.stop()).toBe(true);
      expect(await own.server.stop()).toBe(false);
      expect((await own.server.status()).kind).toBe('stopped');

      const second = await own.server.start({ software, fill });
      expect(second).toEqual(first);
      await query(second.login, 'INSERT INTO kept.t VALUES (2)');
      expect(await own.server.kill()).toBe(true);

      const third = await own.server.start({ software, fill, serverArguments: ['--max-connections=77'] });
      expect(third.login).toEqual(first.login);
      expect(await query(third.login, 'SELECT COUNT(*) AS n, @@max_connections AS c FROM kept.t')).toEqual([
        { n: 2, c: 77 },
      ]);
      await own.server.remove();
      expect((await own.server.status()).kind).toBe('absent');
    },
    TIMEOUT,
  );

  test(
    'redoes an initialisation that was killed half-way, and removes what it left',
    async () => {
      await using own = await ownServer();
      const aborted = new AbortController();
      const starting = own.server.start({ software, signal: aborted.signal });
      await untilExists(own.directory, /^initialising-/);
      aborted.abort();
      await expect(starting).rejects.toThrow(InterruptedError);
      expect((await own.server.status()).kind).toBe('stopped');
      // As a SIGKILL leaves it: an installer's directory and a lock whose holder is gone.
      const leftover = path.join(own.directory, 'initialising-killed');
      await mkdir(leftover);
      await writeFile(path.join(leftover, 'ibdata1'), 'half');
      await writeFile(path.join(own.directory, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, nonce: 'x' }));

      const { login } = await own.server.start({ software });
      expect(await query(login, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect((await readdir(own.directory)).filter((name) => /^initialising-|^lock/.test(name))).toEqual([]);
    },
    TIMEOUT,
  );

  test(
    'an abort while the server starts leaves nothing running',
    async () => {
      await using own = await ownServer();
      await own.server.start({ software, fill });
      await own.server.stop();
      const starting = own.server.start({ software, fill, signal: AbortSignal.timeout(1) });
      await expect(starting).rejects.toThrow(InterruptedError);
      expect((await own.server.status()).kind).toBe('stopped');
    },
    TIMEOUT,
  );

  test(
    'started several times at once it initialises once, and everybody gets the same server',
    async () => {
      await using own = await ownServer();
      const lines: string[] = [];
      const starts = await Promise.all(
        Array.from({ length: 3 }, async () =>
          new PrivateServer(own.directory).start({ software, report: (line) => lines.push(line) }),
        ),
      );
      expect(starts.map(({ kind }) => kind).toSorted()).toEqual([
        'already-running',
        'already-running',
        'started',
      ]);
      expect(new Set(starts.map(({ login }) => JSON.stringify(login))).size).toBe(1);
      expect(lines.filter((line) => line.startsWith('Initialising'))).toHaveLength(1);
    },
    TIMEOUT,
  );

  test(
    'takes another port when its own is taken meanwhile',
    async () => {
      await using own = await ownServer();
      const first = await own.server.start({ software, fill });
      await own.server.stop();
      const squatter = createServer().listen(first.login.port, '127.0.0.1');
      await once(squatter, 'listening');
      const second = await own.server.start({ software, fill }).finally(() => squatter.close());
      expect(second.login.port).not.toBe(first.login.port);
      expect(second.kind).toBe('started');
      expect(await query(second.login, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    },
    TIMEOUT,
  );

  test(
    'never signals another process that has the number in its pid file',
    async () => {
      await using own = await ownServer();
      await own.server.start({ software, fill });
      await own.server.stop();
      const bystander = execFile('sleep', ['60']);
      try {
        await writeFile(path.join(own.directory, 'server.pid'), `${bystander.pid}\n`);
        expect((await own.server.status()).kind).toBe('stopped');
        expect(await own.server.stop()).toBe(false);
        expect(await own.server.kill()).toBe(false);
        expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
        expect((await own.server.start({ software, fill })).kind).toBe('started');
      } finally {
        bystander.kill();
      }
    },
    TIMEOUT,
  );

  test(
    'is found again when the pid file is lost',
    async () => {
      await using own = await ownServer();
      await own.server.start({ software, fill });
      await writeFile(path.join(own.directory, 'server.pid'), '');
      expect((await own.server.start({ software, fill })).kind).toBe('already-running');
      expect(await own.server.stop()).toBe(true);
    },
    TIMEOUT,
  );

  test(
    'works in a directory whose path is too long for a socket',
    async () => {
      await using own = await ownServer(`long-${'x'.repeat(100)}`);
      const { login } = await own.server.start({ software, fill });
      expect(await query(login, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    },
    TIMEOUT,
  );

  test(
    "a start that fails shows the end of the server's log and where to read on",
    async () => {
      await using own = await ownServer();
      const failure: unknown = await own.server
        .start({ software, fill, serverArguments: ['--no-such-option=1'] })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(WorkFailedError);
      expect(String(failure)).toContain('no-such-option');
      const hints = failure instanceof WorkFailedError ? failure.hints.join(' ') : '';
      expect(hints).toContain(path.join(own.directory, 'server.log'));
      // And nothing that a person may post somewhere has a password in it.
      const state = await readFile(path.join(own.directory, 'server.json'), 'utf8');
      const password = /"password": "(.*)"/.exec(state)?.[1] ?? 'none';
      expect(String(failure)).not.toContain(password);
    },
    TIMEOUT,
  );
});

async function untilExists(directory: string, pattern: RegExp): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const names = await readdir(directory).catch(() => []);
    if (names.some((name) => pattern.test(name))) return;
    await sleep(10);
  }
  throw new Error(`nothing like ${pattern.source} in ${directory}`);
}
