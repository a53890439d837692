import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const REAPER = path.join(REPOSITORY, 'test/support/servers/reaper.ts');

/** Where servers, their data and everything else of a run are. */
export interface BenchDirectory extends AsyncDisposable {
  readonly path: string;
}

/** A directory that is kept, so that the next run finds its sample there. */
export async function keptDirectory(directory: string): Promise<BenchDirectory> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return { path: directory, [Symbol.asyncDispose]: async () => {} };
}

/** A directory that goes with the run, servers included, however the run ends. */
export async function temporaryDirectory(): Promise<BenchDirectory> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidemark-bench-'));
  const reaper = spawn(process.execPath, ['--import', 'tsx', REAPER, directory], {
    cwd: REPOSITORY,
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(reaper, 'exit');
  return {
    path: directory,
    [Symbol.asyncDispose]: async () => {
      reaper.stdin.end();
      await ended;
    },
  };
}
