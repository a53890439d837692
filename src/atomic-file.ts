import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { WorkFailedError } from './errors.ts';

/**
 * Writes a file whole or not at all: aside, synced, then renamed, so that a reader never sees half of it and a crash
 * leaves the old content. Creates the folder. `mode` is as in open(2): 0o600 for a file with a password. Throws a
 * WorkFailedError that names the file.
 */
export async function writeFileAtomically(file: string, content: string, mode = 0o666): Promise<void> {
  const aside = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    {
      await using handle = await open(aside, 'wx', mode);
      await handle.writeFile(content);
      await handle.sync();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw new WorkFailedError(`cannot write ${file}: ${(error as Error).message}`, {
      hint: 'check that the folder exists, may be written and has space left',
      cause: error,
    });
  }
}
