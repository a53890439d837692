import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { createProject, type TestProject } from '../support/project.ts';

const NAMES = 'lib/names.ts';

/** A project whose knexfile imports TypeScript as people write it, with what is more than types to be stripped. */
async function projectOfSeveralFiles(): Promise<TestProject> {
  const project = await createProject('{}');
  await project.write(
    'knexfile.ts',
    [
      "import { defineDatabases } from 'tidemark/define';",
      "import { schemaOf } from './lib/names.js';",
      "import { Shop } from './lib';",
      '',
      'interface Unused {',
      '  readonly nothing: string;',
      '}',
      'await Promise.resolve();',
      'export const databases = defineDatabases({ shop: { schema: schemaOf(Shop.North) } });',
    ].join('\n'),
  );
  await project.write('lib/index.ts', "export { Shop } from './shop.ts';\n");
  await project.write('lib/shop.ts', 'export enum Shop { North, South }\n');
  await project.write(NAMES, schemaNames('shop is closed'));
  return project;
}

function schemaNames(complaint: string): string {
  return [
    "import { Shop } from './shop';",
    '',
    '// What is left out of the JavaScript must not move the lines of a stack trace.',
    'export type Name = string;',
    '',
    'export function schemaOf(shop: Shop): Name {',
    `  if (shop === Shop.North) throw new Error('${complaint}');`,
    '  return Shop[shop];',
    '}',
  ].join('\n');
}

const status = (project: TestProject) =>
  runCli(['migrate', 'status', '--verbose'], { directory: project.directory });

const cacheOf = (project: TestProject) => path.join(project.directory, 'node_modules', '.cache', 'tidemark');

test('a stack trace through files that import each other names their own lines', async () => {
  await using project = await projectOfSeveralFiles();
  // The second run finds the files transpiled.
  for (const run of ['first', 'second']) {
    const { exitCode, stderr } = await status(project);
    expect(exitCode, run).toBe(2);
    expect(stderr, run).toContain('cannot load knexfile.ts: shop is closed');
    expect(stderr, run).toMatch(/lib\/names\.ts:7:\d+/);
    expect(stderr, run).toMatch(/knexfile\.ts:9:\d+/);
  }
});

test('a file that changed, or whose transpiled form is damaged, is transpiled again', async () => {
  await using project = await projectOfSeveralFiles();
  await status(project);
  const kept = await readdir(cacheOf(project));
  expect(kept).toHaveLength(4);

  await project.write(NAMES, schemaNames('shop has moved'));
  expect((await status(project)).stderr).toContain('shop has moved');
  expect(await readdir(cacheOf(project))).toEqual(kept);

  for (const name of kept) {
    const file = path.join(cacheOf(project), name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, text.length / 2));
  }
  expect((await status(project)).stderr).toContain('shop has moved');
});

test('a project that cannot keep what was transpiled works all the same', async () => {
  await using project = await projectOfSeveralFiles();
  await project.write('node_modules/.cache', 'a file where the folder would be');
  expect((await status(project)).stderr).toContain('shop is closed');
});

test('a package that does not say that its files are modules makes no difference', async () => {
  await using project = await projectOfSeveralFiles();
  await project.write('package.json', '{ "name": "shop-pipeline", "private": true }\n');
  expect((await status(project)).stderr).toContain('shop is closed');
});
