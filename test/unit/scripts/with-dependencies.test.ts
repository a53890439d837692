import { copyFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { writeProgram } from '../../support/programs.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.ts';

const script = path.resolve(import.meta.dirname, '../../../scripts/with-dependencies.mjs');

/** A project with one command, `tool`, that `npm ci` (here a script that leaves its arguments) installs. */
async function projectWith(node: string, tool: string): Promise<TemporaryDirectory> {
  const project = await temporaryDirectory();
  await mkdir(path.join(project.path, 'scripts'));
  await copyFile(script, path.join(project.path, 'scripts/with-dependencies.mjs'));
  await writeFile(path.join(project.path, 'package.json'), JSON.stringify({ engines: { node } }));
  await writeFile(path.join(project.path, 'package-lock.json'), '{}');
  await writeProgram(path.join(project.path, 'tools'), 'tool', tool);
  await writeProgram(
    path.join(project.path, 'bin'),
    'npm',
    `echo "$*" >> npm-calls
mkdir -p node_modules/.bin && cp tools/tool node_modules/.bin/tool && echo '{}' > node_modules/.package-lock.json
echo "npm says hello"`,
  );
  return project;
}

const run = (project: TemporaryDirectory, ...args: readonly string[]) =>
  execa(process.execPath, ['scripts/with-dependencies.mjs', ...args], {
    cwd: project.path,
    env: { PATH: `${path.join(project.path, 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}` },
    reject: false,
    timeout: 20_000,
  });

const npmCalls = async (project: TemporaryDirectory) =>
  (await readFile(path.join(project.path, 'npm-calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);

test('installs once, keeps standard output for the command, and passes arguments and exit code on', async () => {
  await using project = await projectWith('>=20.19', 'echo "got $*"; exit 7');
  const first = await run(project, 'tool', 'one', 'two words');
  expect(first).toMatchObject({ exitCode: 7, stdout: 'got one two words' });
  expect(first.stderr).toMatch(/Installing dependencies .*node_modules is missing/);
  const second = await run(project, 'tool');
  expect(second).toMatchObject({ exitCode: 7, stderr: '' });
  expect(await npmCalls(project)).toHaveLength(1);
});

test('installs again when the lock file is newer', async () => {
  await using project = await projectWith('>=20.19', 'exit 0');
  await run(project, 'tool');
  const later = new Date(Date.now() + 5000);
  await utimes(path.join(project.path, 'package-lock.json'), later, later);
  expect((await run(project, 'tool')).stderr).toMatch(/package-lock\.json is newer/);
  expect(await npmCalls(project)).toHaveLength(2);
});

test('an older Node is refused with what to do, before anything is installed', async () => {
  await using project = await projectWith('>=99.1', 'exit 0');
  const { exitCode, stderr } = await run(project, 'tool');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/needs Node\.js 99\.1 or later; this is v/);
  expect(await npmCalls(project)).toEqual([]);
});

test('a failed install ends with its exit code and says what to look at', async () => {
  await using project = await projectWith('>=20.19', 'exit 0');
  await writeProgram(path.join(project.path, 'bin'), 'npm', 'exit 5');
  const { exitCode, stderr } = await run(project, 'tool');
  expect(exitCode).toBe(5);
  expect(stderr).toContain('npm ci failed');
});

test('SIGTERM reaches the command, and its end is passed back', async () => {
  await using project = await projectWith(
    '>=20.19',
    'trap "exit 42" TERM; echo ready; while :; do sleep 0.1; done',
  );
  const running = run(project, 'tool');
  for await (const line of running) {
    if (line === 'ready') running.kill('SIGTERM');
  }
  expect((await running).exitCode).toBe(42);
});

test('an unknown command says so', async () => {
  await using project = await projectWith('>=20.19', 'exit 0');
  expect((await run(project, 'nonsense')).exitCode).toBe(127);
});
