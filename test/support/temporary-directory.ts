import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/** An empty directory of a test's own, removed with all that is in it on dispose. */
export async function temporaryDirectory(parent = tmpdir()): Promise<TemporaryDirectory> {
  const directory = await mkdtemp(path.join(parent, 'tidemark-'));
  return {
    path: directory,
    [Symbol.asyncDispose]: async () => rm(directory, { recursive: true, force: true, maxRetries: 3 }),
  };
}
