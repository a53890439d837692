import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import type { ServerFlavour } from '../../src/databases/server.ts';
import { prepareSoftware, type TestSoftware } from './servers/software.ts';
import { startTestServer, testServerFromUrl, type TestServer } from './servers/test-server.ts';

const FLAVOURS = ['mysql', 'mariadb'] as const;

declare module 'vitest' {
  export interface ProvidedContext {
    /** A MySQL and a MariaDB for each worker: a transaction that one test holds open is every run's concern. */
    readonly servers: readonly (readonly TestServer[])[];
    readonly software: TestSoftware;
    /** Where tests may put servers of their own: what they leave there is ended and removed after the run. */
    readonly serversDirectory: string;
  }
}

/** Starts both servers with fresh data for this run. A server that cannot be had fails the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const software = await prepareSoftware({
    projectDirectory: project.config.root,
    environment: process.env,
    report: (line) => console.error(line),
  });
  const directory = await mkdtemp(path.join(tmpdir(), 'tidemark-test-'));
  const program = path.join(import.meta.dirname, 'servers/reaper.ts');
  const reaper = spawn(process.execPath, ['--import', 'tsx', program, directory], {
    cwd: project.config.root,
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(reaper, 'exit');
  const teardown = async () => {
    reaper.stdin.end();
    await ended;
  };
  try {
    const workers = Array.from({ length: project.config.maxWorkers }, (_, index) => String(index + 1));
    const start = async (flavour: ServerFlavour, worker: string): Promise<TestServer> => {
      const variable = `TIDEMARK_TEST_${flavour.toUpperCase()}_URL`;
      const url = process.env[variable];
      if (url !== undefined && url !== '') return testServerFromUrl(variable, url, flavour);
      const started = await startTestServer({
        software: software[flavour],
        directory: path.join(directory, `${flavour}-${worker}`),
      });
      return started.settings;
    };
    const servers = await Promise.all(
      workers.map((worker) => Promise.all(FLAVOURS.map((flavour) => start(flavour, worker)))),
    );
    project.provide('servers', servers);
    project.provide('software', software);
    project.provide('serversDirectory', directory);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}
