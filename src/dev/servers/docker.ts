import path from 'node:path';
import { execa, type Result } from 'execa';
import getPort from 'get-port';
import { environmentPrefix, type Environment } from '../../config/environment.ts';
import { InterruptedError, WorkFailedError } from '../../errors.ts';
import type { DevDatabase } from '../dev-env.ts';
import { exists, lastLines } from './files.ts';
import { randomPassword } from './server-state.ts';
import { findProgram, searchPath } from './software.ts';

const PROBE_SECONDS = 5;
/** A first `up` downloads the image. */
const UP_SECONDS = 900;
const HEALTHY_SECONDS = 180;
const STOP_SECONDS = 120;
const FIRST_PORT = 3306;

export interface DatabaseName {
  readonly name: string;
  readonly schema: string;
}

/** A Docker engine that answers, with the Compose plugin and a service for each database. */
export interface Docker {
  readonly program: string;
  readonly projectDirectory: string;
  readonly environment: Environment;
}

export type DockerAvailability =
  | { readonly kind: 'usable'; readonly docker: Docker }
  | { readonly kind: 'unusable'; readonly reason: string };

/** The Compose service of a database. */
export function serviceName(database: string): string {
  return `mysql-${database}`;
}

/** Looks for a running engine; takes at most a few seconds, also where there is a client without an engine. */
export async function probeDocker(options: {
  readonly projectDirectory: string;
  readonly environment: Environment;
  readonly databases: readonly DatabaseName[];
}): Promise<DockerAvailability> {
  const { projectDirectory, environment, databases } = options;
  const program = await findProgram('docker', searchPath(environment));
  if (program === null) return unusable('docker is not on the PATH');
  if (!(await exists(path.join(projectDirectory, 'docker-compose.yml')))) {
    return unusable(`there is no docker-compose.yml in ${projectDirectory}`);
  }
  const docker = { program, projectDirectory, environment };
  const [engine, compose] = await Promise.all([
    run(docker, ['info', '--format', '{{.ServerVersion}}'], { seconds: PROBE_SECONDS }),
    run(docker, ['compose', 'version'], { seconds: PROBE_SECONDS }),
  ]);
  if (engine.failed) return unusable('no Docker engine answers');
  if (compose.failed) return unusable('docker has no Compose plugin (docker compose)');
  const services = await run(docker, ['compose', 'config', '--services', '--no-interpolate'], {
    seconds: PROBE_SECONDS,
  });
  if (services.failed) return unusable('docker compose cannot read docker-compose.yml');
  const present = services.stdout.split('\n');
  const missing = databases.map(({ name }) => serviceName(name)).filter((name) => !present.includes(name));
  if (missing.length > 0) return unusable(`docker-compose.yml has no service ${missing.join(', ')}`);
  return { kind: 'usable', docker };
}

/**
 * The settings that the services are started with: those of the last start, else generated. The ports are the usual
 * ones where they are free.
 */
export async function dockerDatabases(
  databases: readonly DatabaseName[],
  lastStart: readonly DevDatabase[],
): Promise<readonly DevDatabase[]> {
  const settings: DevDatabase[] = [];
  for (const [index, { name, schema }] of databases.entries()) {
    const kept = lastStart.find((database) => database.name === name);
    const taken = [...lastStart, ...settings].map(({ port }) => port);
    settings.push({
      name,
      schema,
      host: '127.0.0.1',
      port: kept?.port ?? (await getPort({ host: '127.0.0.1', port: FIRST_PORT + index, exclude: taken })),
      user: kept?.user ?? 'tidemark',
      password: kept?.password ?? randomPassword(),
    });
  }
  return settings;
}

/** Starts the services and waits until their health checks pass. Throws WorkFailedError with Compose's own words. */
export async function dockerUp(
  docker: Docker,
  services: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const wait = ['--wait', '--wait-timeout', String(HEALTHY_SECONDS)];
  const command = ['compose', 'up', '--detach', '--quiet-pull', ...wait, ...services];
  const result = await run(docker, command, { seconds: UP_SECONDS, signal });
  if (result.isCanceled) throw new InterruptedError();
  if (!result.failed) return;
  throw new WorkFailedError(
    `docker compose could not start ${services.join(' and ')}:\n${lastLines(result.all)}`,
    {
      hint: [
        `look at: docker compose logs ${services.join(' ')}`,
        'volumes from an earlier start keep its passwords; to start over without the data: npm run db:down -- --remove-data',
      ],
    },
  );
}

/** Stops the services; with `removeData` removes containers and volumes as well. */
export async function dockerDown(docker: Docker, removeData: boolean): Promise<void> {
  const command = removeData ? ['down', '--volumes'] : ['stop'];
  const result = await run(docker, ['compose', ...command], { seconds: STOP_SECONDS });
  if (result.failed) {
    throw new WorkFailedError(`docker compose ${command.join(' ')} failed:\n${lastLines(result.all)}`, {
      hint: 'check that the Docker engine is running, then try again',
    });
  }
}

/** The names of the services that are running; none if the engine does not answer. */
export async function runningServices(docker: Docker): Promise<readonly string[]> {
  const result = await run(docker, ['compose', 'ps', '--services', '--status', 'running'], {
    seconds: PROBE_SECONDS,
  });
  return result.failed ? [] : result.stdout.split('\n').filter((name) => name.startsWith(serviceName('')));
}

/** docker-compose.yml requires them for every command, and a first start has no `.env` to take them from. */
export function composeVariables(databases: readonly DevDatabase[]): Environment {
  return Object.fromEntries(
    databases.flatMap(({ name, schema, port, user, password }) => {
      const prefix = `${environmentPrefix(name)}_DB_`;
      return [
        [`${prefix}PORT`, String(port)],
        [`${prefix}NAME`, schema],
        [`${prefix}USER`, user],
        [`${prefix}PASSWORD`, password],
      ];
    }),
  );
}

interface RunOptions {
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

type RunResult = Pick<Result<{ all: true }>, 'failed' | 'isCanceled' | 'stdout' | 'all'>;

async function run(docker: Docker, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { seconds, signal } = options;
  return execa(docker.program, args, {
    reject: false,
    all: true,
    stdin: 'ignore',
    cwd: docker.projectDirectory,
    env: docker.environment,
    extendEnv: false,
    timeout: seconds * 1000,
    forceKillAfterDelay: 1000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
}

function unusable(reason: string): DockerAvailability {
  return { kind: 'unusable', reason };
}
