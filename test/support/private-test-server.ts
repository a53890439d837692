import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import type { PrivateServer } from '../../src/dev/servers/private-server.ts';
import type { ServerSoftware } from '../../src/dev/servers/software.ts';
import type { SoftwareName } from './servers/software.ts';
import { startTestServer, type TestServer } from './servers/test-server.ts';

/** A server of a test's own, which it may configure, stop and break. Stopped on dispose. */
export interface PrivateTestServer extends AsyncDisposable {
  readonly settings: TestServer;
  readonly server: PrivateServer;
  /** Where it lies; removed after the run. */
  readonly directory: string;
  /** Ends it as a crash would: the next start recovers. */
  kill(): Promise<void>;
  /** Starts it again with the same data, port and accounts; shuts it down before, where it still runs. */
  restart(): Promise<void>;
}

/** Variables of the server's process, such as `TZ`, beside those of this one. */
type Environment = Readonly<Record<string, string>>;

/**
 * What a committed transaction wrote is there after `kill`: the log is handed to the operating system at each commit
 * (`innodb_flush_log_at_trx_commit = 2`), where the servers of all tests are allowed to lose a second.
 */
export const SURVIVES_A_KILL: readonly string[] = ['--innodb-flush-log-at-trx-commit=2'];

/** `serverArguments` and `environment` get the server's directory, which exists by then, to put files into it. */
export async function startPrivateTestServer(
  name: SoftwareName,
  serverArguments: (directory: string) => Promise<readonly string[]> | readonly string[] = () => [],
  environment: (directory: string) => Promise<Environment> | Environment = () => ({}),
): Promise<PrivateTestServer> {
  const directory = await mkdtemp(path.join(inject('serversDirectory'), `${name}-`));
  const software = inEnvironment(inject('software')[name], await environment(directory));
  const extra = ['--innodb-buffer-pool-size=16M', ...(await serverArguments(directory))];
  const start = async () => startTestServer({ software, directory: path.join(directory, 'server'), extra });
  const { settings, server } = await start();
  const kill = async () => {
    await server.kill();
  };
  return {
    settings,
    server,
    directory,
    kill,
    restart: async () => {
      await server.stop();
      await start();
    },
    [Symbol.asyncDispose]: kill,
  };
}

/** env(1) becomes the server, so that the process that was started is still the one to signal. */
function inEnvironment(software: ServerSoftware, environment: Environment): ServerSoftware {
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return assignments.length === 0
    ? software
    : { ...software, server: ['/usr/bin/env', ...assignments, ...software.server] };
}
