import path from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { WorkFailedError } from '../../errors.ts';
import { readDevEnv, removeDevEnv, writeDevEnv, type DevDatabase, type DevEnv } from '../dev-env.ts';
import { installMariadb } from './apt.ts';
import { createSchemas } from './create-schemas.ts';
import {
  composeVariables,
  dockerDatabases,
  dockerDown,
  dockerUp,
  probeDocker,
  runningServices,
  serviceName,
  type DatabaseName,
  type Docker,
  type DockerAvailability,
} from './docker.ts';
import { PrivateServer } from './private-server.ts';
import { chooseWay, type Machine, type ServerWay } from './server-way.ts';
import { findServerSoftware, type ServerSoftware } from './software.ts';

export interface LocalServersOptions {
  readonly projectDirectory: string;
  /** The databases to provide, those that neither the environment nor `.env` names. */
  readonly databases: readonly DatabaseName[];
  readonly environment: Environment;
  /** Says what is done, before it is done. */
  readonly report: (line: string) => void;
  readonly debug?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Given by tests only. */
  readonly machine?: Machine;
}

/** Local servers that answer, with a schema for each database. */
export interface LocalServers {
  readonly kind: 'docker' | 'private';
  /** As a person reads it, such as `MariaDB 10.11.19, private, port 40821`. */
  readonly description: string;
  readonly alreadyRunning: boolean;
  readonly databases: readonly DevDatabase[];
  /** Names of the schemas that were not there before. */
  readonly createdSchemas: readonly string[];
}

export type StopOutcome =
  /** No local server was ever started for this project. */
  | { readonly kind: 'none' }
  | { readonly kind: 'stopped'; readonly servers: readonly string[]; readonly dataRemoved: boolean }
  | { readonly kind: 'not-running'; readonly dataRemoved: boolean };

export type LocalServersStatus =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'private';
      readonly label: string;
      readonly port: number;
      readonly directory: string;
      /** Process number, or null if the server is stopped. */
      readonly pid: number | null;
    }
  | { readonly kind: 'docker'; readonly runningServices: readonly string[] };

/**
 * Finds or starts a server for the databases, creates their schemas and keeps the settings in `.tidemark/dev.env`.
 * Throws ConfigurationError if this machine offers no way, WorkFailedError if a start fails, RefusedError if another
 * process keeps starting the same server for minutes, InterruptedError on abort.
 */
export async function startLocalServers(options: LocalServersOptions): Promise<LocalServers> {
  const server = privateServer(options.projectDirectory);
  const status = await server.status();
  const existing = status.kind === 'absent' ? null : status.state;
  const way = await chooseWay({ debug: () => undefined, ...options, existing });
  const lastStart = await lastStartOf(options.projectDirectory, way.kind === 'docker' ? 'docker' : 'private');
  const started =
    way.kind === 'docker'
      ? await startDocker(way.docker, lastStart, options)
      : await startPrivate(server, lastStart, way, options);
  const createdSchemas: string[] = [];
  for (const { schema, ...login } of started.databases) {
    createdSchemas.push(...(await createSchemas(login, [schema])));
  }
  return { ...started, createdSchemas };
}

/** Stops the project's local servers cleanly and waits for it. The data is kept unless `removeData` is set. */
export async function stopLocalServers(
  options: Pick<LocalServersOptions, 'projectDirectory' | 'environment' | 'report'> & {
    readonly removeData: boolean;
  },
): Promise<StopOutcome> {
  const { projectDirectory, report, removeData } = options;
  const devEnv = await readDevEnv(projectDirectory);
  const server = privateServer(projectDirectory);
  const hasPrivate = await server.exists();
  if (devEnv === null && !hasPrivate) return { kind: 'none' };

  const servers: string[] = [];
  if (devEnv?.kind === 'docker') {
    const docker = await dockerOfLastStart(options, devEnv);
    servers.push(...(await runningServices(docker)));
    if (servers.length > 0 || removeData) {
      report(removeData ? 'Removing the Docker services with their volumes' : 'Stopping the Docker services');
      await dockerDown(docker, removeData);
    }
  }
  if (await server.stop()) servers.push(`the private server in ${server.files.directory}`);
  if (removeData) {
    await server.remove();
    await removeDevEnv(projectDirectory);
  }
  return servers.length > 0
    ? { kind: 'stopped', servers, dataRemoved: removeData }
    : { kind: 'not-running', dataRemoved: removeData };
}

/** What the last start left, and whether it is running. */
export async function localServersStatus(options: ProjectOptions): Promise<LocalServersStatus> {
  const devEnv = await readDevEnv(options.projectDirectory);
  if (devEnv?.kind === 'docker') {
    const probe = await probeDockerOfLastStart(options, devEnv);
    // Without an engine nothing runs in it.
    return {
      kind: 'docker',
      runningServices: probe.kind === 'usable' ? await runningServices(probe.docker) : [],
    };
  }
  const server = privateServer(options.projectDirectory);
  const status = await server.status();
  if (status.kind === 'absent') return { kind: 'none' };
  const { label, port } = status.state;
  const pid = status.kind === 'running' ? status.pid : null;
  return { kind: 'private', label, port, directory: server.files.directory, pid };
}

type Started = Omit<LocalServers, 'createdSchemas'>;

async function startDocker(
  found: Docker,
  lastStart: readonly DevDatabase[],
  { projectDirectory, databases: wanted, report, signal }: LocalServersOptions,
): Promise<Started> {
  const databases = await dockerDatabases(wanted, lastStart);
  const all = [...databases, ...others(lastStart, wanted)];
  // Kept first: the volumes are made with these passwords, and a killed start must not lose them.
  await writeDevEnv(projectDirectory, 'docker', all);
  const docker = { ...found, environment: { ...found.environment, ...composeVariables(all) } };
  const services = databases.map(({ name }) => serviceName(name));
  const running = await runningServices(docker);
  const alreadyRunning = services.every((service) => running.includes(service));
  if (!alreadyRunning) report('Starting MySQL in Docker (a first start downloads the image)');
  await dockerUp(docker, services, signal);
  const ports = databases.map(({ port }) => port).join(' and ');
  return { kind: 'docker', description: `MySQL in Docker, port ${ports}`, alreadyRunning, databases };
}

async function startPrivate(
  server: PrivateServer,
  lastStart: readonly DevDatabase[],
  way: Exclude<ServerWay, { kind: 'docker' }>,
  options: LocalServersOptions,
): Promise<Started> {
  const { projectDirectory, databases: wanted, report, signal } = options;
  const software = way.kind === 'private' ? way.software : await installSoftware(way, options);
  const { kind, label, login } = await server.start({ software, signal, report });
  const databases = wanted.map((database) => ({ ...database, ...login }));
  // The port may be another one now, so the databases of earlier starts get the new login as well.
  const moved = others(lastStart, wanted).map((database) => ({ ...database, ...login }));
  // Before the schemas are made: whatever happens then, later commands find the server that runs.
  await writeDevEnv(projectDirectory, 'private', [...databases, ...moved]);
  return {
    kind: 'private',
    description: `${label}, private, port ${login.port}`,
    alreadyRunning: kind === 'already-running',
    databases,
  };
}

/** Databases that an earlier start provided and this one was not asked for; they stay usable. */
function others(lastStart: readonly DevDatabase[], wanted: readonly DatabaseName[]): readonly DevDatabase[] {
  return lastStart.filter(({ name }) => wanted.every((database) => database.name !== name));
}

async function lastStartOf(
  projectDirectory: string,
  kind: LocalServers['kind'],
): Promise<readonly DevDatabase[]> {
  const devEnv = await readDevEnv(projectDirectory);
  return devEnv?.kind === kind ? devEnv.databases : [];
}

async function installSoftware(
  way: Extract<ServerWay, { kind: 'apt' }>,
  { environment, report, signal, machine }: LocalServersOptions,
): Promise<ServerSoftware> {
  await installMariadb({ apt: way.apt, report, signal });
  const { found, unusable } = await findServerSoftware(environment, machine?.usualDirectories);
  const software = found.find(({ flavour }) => flavour === 'mariadb');
  if (software === undefined) {
    throw new WorkFailedError(['apt-get installed MariaDB, but it cannot be used', ...unusable].join('; '), {
      hint: 'start a Docker engine, or name your own servers in .env (copy .env.example)',
    });
  }
  return software;
}

type ProjectOptions = Pick<LocalServersOptions, 'projectDirectory' | 'environment'>;

async function dockerOfLastStart(options: ProjectOptions, devEnv: DevEnv): Promise<Docker> {
  const probe = await probeDockerOfLastStart(options, devEnv);
  if (probe.kind === 'usable') return probe.docker;
  throw new WorkFailedError(`the databases were started in Docker, but ${probe.reason}`, {
    hint: 'start the Docker engine and try again',
  });
}

async function probeDockerOfLastStart(
  { projectDirectory, environment }: ProjectOptions,
  devEnv: DevEnv,
): Promise<DockerAvailability> {
  const variables = { ...environment, ...composeVariables(devEnv.databases) };
  return probeDocker({ projectDirectory, environment: variables, databases: devEnv.databases });
}

function privateServer(projectDirectory: string): PrivateServer {
  return new PrivateServer(path.join(projectDirectory, '.tidemark', 'server'));
}
