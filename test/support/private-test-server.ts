import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import type { ServerFlavour } from '../../src/databases/server.ts';
import type { PrivateServer } from '../../src/dev/servers/private-server.ts';
import { startTestServer, type TestServer } from './servers/test-server.ts';

/** A server of a test's own, which it may configure, stop and break. Stopped on dispose. */
export interface PrivateTestServer extends AsyncDisposable {
  readonly settings: TestServer;
  readonly server: PrivateServer;
  /** Where it lies; removed after the run. */
  readonly directory: string;
  /** Shuts it down, and starts it again with the same data and port. */
  restart(): Promise<void>;
}

/** `serverArguments` gets the server's directory, which exists by then, to put files into it. */
export async function startPrivateTestServer(
  flavour: ServerFlavour,
  serverArguments: (directory: string) => Promise<readonly string[]> | readonly string[] = () => [],
): Promise<PrivateTestServer> {
  const software = inject('software')[flavour];
  const directory = await mkdtemp(path.join(inject('serversDirectory'), `${flavour}-`));
  const extra = ['--innodb-buffer-pool-size=16M', ...(await serverArguments(directory))];
  const start = async () => startTestServer({ software, directory: path.join(directory, 'server'), extra });
  const { settings, server } = await start();
  return {
    settings,
    server,
    directory,
    restart: async () => {
      await server.stop();
      await start();
    },
    [Symbol.asyncDispose]: async () => {
      await server.kill();
    },
  };
}
