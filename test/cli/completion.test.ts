import { execa } from 'execa';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BINARY, runCli } from '../support/cli.ts';
import { writeProgram } from '../support/programs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('the script for bash completes commands and options, outside of any project', async () => {
  await using directory = await temporaryDirectory();
  const outside = path.join(directory.path, 'home');
  await mkdir(outside);
  await writeProgram(directory.path, 'tidemark', `exec '${process.execPath}' '${BINARY}' "$@"`);
  const script = await runCli(['completion', 'bash'], { directory: outside });
  expect(script.exitCode).toBe(0);

  const complete = async (...words: readonly string[]) => {
    const { stdout } = await execa('bash', ['--norc', '-s', '--', ...words], {
      cwd: outside,
      env: { PATH: `${directory.path}:${process.env['PATH']}` },
      input: `${script.stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tidemark_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
    });
    return stdout.split('\n');
  };

  expect(await complete('tidemark', 'ver')).toEqual(['verify']);
  expect(await complete('tidemark', 'migrate', '')).toEqual(expect.arrayContaining(['up', 'down', 'status']));
  expect(await complete('tidemark', 'verify', '--js')).toEqual(['--json']);
});

test('the script for zsh is for its completion system; another shell is refused by name', async () => {
  const zsh = await runCli(['completion', 'zsh']);
  expect(zsh.stdout).toMatch(/^#compdef tidemark$/m);
  const fish = await runCli(['completion', 'fish']);
  expect(fish.exitCode).toBe(2);
  expect(fish.stderr).toContain('fish');
});
