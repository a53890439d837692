import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from '../../src/dev/servers/software.ts';

/** Writes an executable shell script, to stand for a program of the machine that a test looks for on a PATH. */
export async function writeProgram(directory: string, name: string, script: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

/** Writes a shell script of this name that starts a command with the arguments it is given. */
export async function writeLauncher(directory: string, name: string, command: Command): Promise<string> {
  const words = command.map((word) => `'${word}'`).join(' ');
  return writeProgram(directory, name, `exec ${words} "$@"`);
}

/** Puts a directory in front of this process's PATH until it is disposed; each test file has a process of its own. */
export function frontOfPath(directory: string): Disposable {
  const before = process.env['PATH'] ?? '';
  process.env['PATH'] = `${directory}${path.delimiter}${before}`;
  return {
    [Symbol.dispose]: () => {
      process.env['PATH'] = before;
    },
  };
}
