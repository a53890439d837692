import type { Environment } from '../../config/environment.ts';
import { ConfigurationError } from '../../errors.ts';
import { probeApt, type UsableApt } from './apt.ts';
import { probeDocker, type DatabaseName, type Docker } from './docker.ts';
import type { ServerState } from './server-state.ts';
import { findServerSoftware, type ServerSoftware } from './software.ts';

/** How the local servers are provided on this machine. */
export type ServerWay =
  | { readonly kind: 'docker'; readonly docker: Docker }
  | { readonly kind: 'private'; readonly software: ServerSoftware }
  /** A private server as well, once its programs are installed. */
  | { readonly kind: 'apt'; readonly apt: UsableApt };

/** What is looked at outside the project; given by tests only. */
export interface Machine {
  readonly usualDirectories?: readonly string[];
  readonly osRelease?: string;
}

/**
 * Chooses the first way that this machine allows: a Docker engine, a server program, the distribution's packages. A
 * private server that already holds data stays the choice, and so does its flavour. Throws ConfigurationError with
 * every way and why it was not taken.
 */
export async function chooseWay(options: {
  readonly projectDirectory: string;
  readonly environment: Environment;
  readonly databases: readonly DatabaseName[];
  /** The private server of an earlier start. */
  readonly existing: ServerState | null;
  readonly debug: (line: string) => void;
  readonly machine?: Machine;
}): Promise<ServerWay> {
  const { environment, existing, debug, machine = {} } = options;
  const reasons: string[] = [];
  const note = (way: string, reason: string) => {
    debug(`${way} not used: ${reason}`);
    reasons.push(`${way}: ${reason}`);
  };

  if (existing === null) {
    const probe = await probeDocker(options);
    if (probe.kind === 'usable') return { kind: 'docker', docker: probe.docker };
    note('Docker', probe.reason);
  }

  const { found, unusable } = await findServerSoftware(environment, machine.usualDirectories);
  const software = found.find(({ flavour }) => existing === null || flavour === existing.flavour);
  if (software !== undefined) return { kind: 'private', software };
  const wanted =
    existing === null ? 'mysqld or mariadbd' : `server program for the data of ${existing.label}`;
  note('A server of this machine', [`no usable ${wanted} was found`, ...unusable].join('; '));

  if (existing?.flavour !== 'mysql') {
    const probe = await probeApt(environment, machine.osRelease);
    if (probe.kind === 'usable') return { kind: 'apt', apt: probe.apt };
    note('The distribution', probe.reason);
  }
  throw new ConfigurationError(['no database server was found and none can be started'], {
    hint: [
      'each of these is enough:',
      '- name your own servers: copy .env.example to .env and fill it in',
      '- start a Docker engine that has the Compose plugin',
      '- install MySQL 8.0 or later, or MariaDB 10.6 or later; it need not be running',
      '- on Debian or Ubuntu, run this as root or with password-less sudo, and MariaDB is installed for you',
      'what was tried:',
      ...reasons.map((reason) => `- ${reason}`),
    ],
  });
}
