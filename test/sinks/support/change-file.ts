import { readFile, writeFile } from 'node:fs/promises';
import type { Change } from './sink-under-test.ts';

/** Writes something else to a file. Undoing it throws if somebody wrote to the file since. */
export function changedFile(file: string, change: (content: Buffer) => Buffer): Change {
  return async () => {
    const before = await readFile(file);
    const changed = change(Buffer.from(before));
    await writeFile(file, changed);
    return async () => {
      if (!(await readFile(file)).equals(changed)) throw new Error(`somebody wrote to ${file}`);
      await writeFile(file, before);
    };
  };
}
