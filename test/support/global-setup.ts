import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { type BundledPrograms, bundlePrograms } from './bundled-programs.ts';
import { prepareSoftware, type TestSoftware } from './servers/software.ts';
import type { TestServer } from './servers/test-server.ts';
import { workerServer } from './servers/worker-server.ts';

/** Those that every test needs; the third is started by whoever asks for it (all-servers.ts). */
const EVERYWHERE = ['mysql', 'mariadb'] as const;

declare module 'vitest' {
  export interface ProvidedContext {
    /** A MySQL and a MariaDB for each worker: a transaction that one test holds open is every run's concern. */
    readonly servers: readonly (readonly TestServer[])[];
    readonly software: TestSoftware;
    /** For tests that run them in processes of their own. */
    readonly programs: BundledPrograms;
    /** Where tests may put servers of their own: what they leave there is ended and removed after the run. */
    readonly serversDirectory: string;
  }
}

/** Starts MySQL and MariaDB with fresh data for this run. A server that cannot be had fails the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const software = await prepareSoftware({
    projectDirectory: project.config.root,
    environment: process.env,
    report: (line) => console.error(line),
  });
  const [programs, removePrograms] = await bundlePrograms(project.config.root);
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
    await Promise.all([ended, removePrograms()]);
  };
  try {
    const workers = Array.from({ length: project.config.maxWorkers }, (_, index) => String(index + 1));
    const servers = await Promise.all(
      workers.map((worker) =>
        Promise.all(EVERYWHERE.map((name) => workerServer(name, { software, directory, worker }))),
      ),
    );
    project.provide('servers', servers);
    project.provide('software', software);
    project.provide('programs', programs);
    project.provide('serversDirectory', directory);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}
