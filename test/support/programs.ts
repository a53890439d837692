import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes an executable shell script, to stand for a program of the machine that a test looks for on a PATH. */
export async function writeProgram(directory: string, name: string, script: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}
