import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { execa } from 'execa';
import type { Environment } from '../../config/environment.ts';
import { InterruptedError, WorkFailedError } from '../../errors.ts';
import { lastLines } from './files.ts';
import { findProgram, searchPath } from './software.ts';

const UPDATE_SECONDS = 180;
const INSTALL_SECONDS = 600;
/** Unattended upgrades of a fresh machine hold dpkg's lock for a while. */
const DPKG_LOCK_SECONDS = 120;

/** What an install takes: the command that makes root run the rest, if any. */
export interface UsableApt {
  readonly asRoot: readonly string[];
}

export type AptAvailability =
  | { readonly kind: 'usable'; readonly apt: UsableApt }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Whether a server can be installed from Debian's or Ubuntu's packages: apt, and root or a sudo that asks nothing. */
export async function probeApt(
  environment: Environment,
  osRelease = '/etc/os-release',
): Promise<AptAvailability> {
  const path = searchPath(environment);
  const release = await readFile(osRelease, 'utf8').catch(() => '');
  if (!/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release)) return unusable('this is not Debian or Ubuntu');
  if ((await findProgram('apt-get', path)) === null) return unusable('apt-get is not on the PATH');
  if (userInfo().uid === 0) return { kind: 'usable', apt: { asRoot: [] } };
  const sudo = await findProgram('sudo', path);
  if (sudo === null) return unusable('you are not root, and there is no sudo');
  const { failed } = await execa(sudo, ['-n', 'true'], { reject: false, timeout: 5000, stdin: 'ignore' });
  if (failed) return unusable('you are not root, and sudo asks for a password');
  return { kind: 'usable', apt: { asRoot: [sudo, '-n'] } };
}

/**
 * Installs MariaDB's server programs. Says what it does before it does it. Throws WorkFailedError with the end of
 * apt's output.
 */
export async function installMariadb(options: {
  readonly apt: UsableApt;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { apt, report, signal } = options;
  report('No database server was found: installing MariaDB from the distribution with apt-get');
  await run([...apt.asRoot, 'apt-get', '-qq', 'update'], UPDATE_SECONDS, signal);
  const packages = [await serverPackage(), 'mariadb-client'];
  report(`Running apt-get install --no-install-recommends ${packages.join(' ')}`);
  await run(
    [
      ...apt.asRoot,
      // sudo drops the caller's environment.
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-qq',
      '-y',
      '-o',
      `DPkg::Lock::Timeout=${DPKG_LOCK_SECONDS}`,
      '--no-install-recommends',
      'install',
      ...packages,
    ],
    INSTALL_SECONDS,
    signal,
  );
}

/**
 * The package with nothing but the programs: `mariadb-server` would also start a server for the whole machine. Older
 * releases put the version into its name, such as `mariadb-server-core-10.6`.
 */
async function serverPackage(): Promise<string> {
  const { stdout } = await execa(
    'apt-cache',
    ['search', '--names-only', '^mariadb-server-core(-[0-9.]+)?$'],
    {
      reject: false,
      timeout: 60_000,
      stdin: 'ignore',
    },
  );
  const names = stdout.split('\n').flatMap((line) => line.split(' ', 1).filter((name) => name !== ''));
  return names.toSorted()[0] ?? 'mariadb-server';
}

async function run(
  command: readonly string[],
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [program = '', ...args] = command;
  const result = await execa(program, args, {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: seconds * 1000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (result.isCanceled) throw new InterruptedError();
  if (!result.failed) return;
  throw new WorkFailedError(`${command.join(' ')} failed:\n${lastLines(result.all)}`, {
    hint: [
      'install mariadb-server by hand, or start a Docker engine,',
      'or name your own servers in .env (copy .env.example)',
    ],
  });
}

function unusable(reason: string): AptAvailability {
  return { kind: 'unusable', reason };
}
