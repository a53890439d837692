import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseWay, type ServerWay } from '../../../src/dev/servers/server-way.ts';
import type { ServerState } from '../../../src/dev/servers/server-state.ts';
import { ConfigurationError } from '../../../src/errors.ts';
import { writeProgram } from '../../support/programs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const DATABASES = [
  { name: 'business', schema: 'dianshu_backend' },
  { name: 'matomo', schema: 'matomo' },
];

/** Answers as far as the detection asks; `engine` and `compose` are the exit codes. */
const docker = (engine: number, compose: number, services = 'mysql-business\nmysql-matomo') =>
  `case "$1 $2" in
  "info "*) exit ${engine} ;;
  "compose version") exit ${compose} ;;
  "compose config") echo '${services}' ;;
esac`;
const server = (version: string) => `echo "$0  Ver ${version} for Linux on x86_64"`;
const MYSQL = server('8.4.3');
const MARIADB = server('10.11.6-MariaDB');

const existing = (flavour: ServerState['flavour'], label: string): ServerState => ({
  flavour,
  label,
  user: 'tidemark',
  password: 'p',
  rootPassword: 'r',
  port: 1,
  socket: '/nowhere/s.sock',
});

/** Chooses on a machine that has just these programs, and is Debian or not. */
async function chooseOn(
  programs: Readonly<Record<string, string>>,
  options: {
    readonly existing?: ServerState;
    readonly debian?: boolean;
    readonly composeFile?: boolean;
  } = {},
): Promise<{ readonly way: ServerWay; readonly debug: readonly string[] }> {
  await using project = await temporaryDirectory();
  const bin = path.join(project.path, 'bin');
  for (const [name, script] of Object.entries(programs)) await writeProgram(bin, name, script);
  if (options.composeFile !== false)
    await writeFile(path.join(project.path, 'docker-compose.yml'), 'services: {}\n');
  const osRelease = path.join(project.path, 'os-release');
  await writeFile(osRelease, options.debian === true ? 'ID=ubuntu\nID_LIKE=debian\n' : 'ID=fedora\n');
  const debug: string[] = [];
  const way = await chooseWay({
    projectDirectory: project.path,
    environment: { PATH: bin },
    databases: DATABASES,
    existing: options.existing ?? null,
    debug: (line) => debug.push(line),
    machine: { usualDirectories: [], osRelease },
  });
  return { way, debug };
}

const labelOf = (way: ServerWay) => (way.kind === 'private' ? way.software.label : way.kind);

describe('order of the ways', () => {
  test('a Docker engine comes first', async () => {
    const { way } = await chooseOn({ docker: docker(0, 0), mysqld: MYSQL, 'apt-get': '' }, { debian: true });
    expect(way.kind).toBe('docker');
  });

  test.each([
    ['without a running engine', docker(1, 0), /no Docker engine answers/],
    ['without the Compose plugin', docker(0, 1), /no Compose plugin/],
    ['without a service for each database', docker(0, 0, 'mysql-business'), /no service mysql-matomo/],
  ])('a Docker client %s is passed over, and debug says why', async (_name, script, reason) => {
    const { way, debug } = await chooseOn({ docker: script, mysqld: MYSQL });
    expect(labelOf(way)).toBe('MySQL 8.4.3');
    expect(debug.join('\n')).toMatch(reason);
  });

  test('an engine that hangs is given up after seconds', async () => {
    const started = performance.now();
    const { way } = await chooseOn({ docker: 'exec /bin/sleep 60', mysqld: MYSQL });
    expect(labelOf(way)).toBe('MySQL 8.4.3');
    expect(performance.now() - started).toBeLessThan(9000);
  });

  test('without a compose file Docker is not asked', async () => {
    const { way } = await chooseOn({ docker: docker(0, 0), mysqld: MYSQL }, { composeFile: false });
    expect(way.kind).toBe('private');
  });

  test('then a server of the machine, MariaDB only with its installer', async () => {
    const usable = await chooseOn({ mariadbd: MARIADB, 'mariadb-install-db': '' });
    expect(labelOf(usable.way)).toBe('MariaDB 10.11.6');
    await expect(chooseOn({ mariadbd: MARIADB })).rejects.toMatchObject({
      hints: expect.arrayContaining([expect.stringContaining('mariadb-install-db')]),
    });
  });

  test('then the packages of the distribution', async () => {
    const programs = { 'apt-get': '', sudo: 'exit 0' };
    expect((await chooseOn(programs, { debian: true })).way.kind).toBe('apt');
  });

  test('a server that is too old is named and not used', async () => {
    await expect(chooseOn({ mysqld: server('5.7.44') })).rejects.toMatchObject({
      hints: expect.arrayContaining([expect.stringMatching(/MySQL 5\.7\.44, older than 8\.0/)]),
    });
  });

  test('none possible: one error with exit code 2 lists every choice and why it was not taken', async () => {
    const failure: unknown = await chooseOn({}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect(failure).toMatchObject({ exitCode: 2 });
    const hints = failure instanceof ConfigurationError ? failure.hints.join('\n') : '';
    for (const expected of [
      '.env.example',
      'docker is not on the PATH',
      'no usable mysqld or mariadbd',
      'not Debian or Ubuntu',
    ]) {
      expect(hints).toContain(expected);
    }
  });
});

describe('a private server that already holds data', () => {
  test('stays the choice although Docker runs now, with a program of its flavour', async () => {
    const programs = { docker: docker(0, 0), mysqld: MYSQL, mariadbd: MARIADB, 'mariadb-install-db': '' };
    const { way } = await chooseOn(programs, { existing: existing('mariadb', 'MariaDB 10.11.6') });
    expect(labelOf(way)).toBe('MariaDB 10.11.6');
  });

  test('is never opened with the other flavour, nor replaced by an installed one', async () => {
    await expect(
      chooseOn(
        { 'apt-get': '', mariadbd: MARIADB, 'mariadb-install-db': '' },
        { existing: existing('mysql', 'MySQL 9.7.4'), debian: true },
      ),
    ).rejects.toMatchObject({
      hints: expect.arrayContaining([expect.stringContaining('data of MySQL 9.7.4')]),
    });
  });
});

test("Debian's mysqld is a link to mariadbd and counts once", async () => {
  await using directory = await temporaryDirectory();
  await writeProgram(directory.path, 'mariadbd', MARIADB);
  await writeProgram(directory.path, 'mariadb-install-db', '');
  await symlink('mariadbd', path.join(directory.path, 'mysqld'));
  const { findServerSoftware } = await import('../../../src/dev/servers/software.ts');
  const { found } = await findServerSoftware({ PATH: directory.path }, []);
  expect(found.map(({ label }) => label)).toEqual(['MariaDB 10.11.6']);
});
