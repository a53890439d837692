import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createModuleLoader } from '../../../src/config/module-loader.ts';
import type { Project } from '../../../src/config/project.ts';
import { ConfigurationError } from '../../../src/errors.ts';
import { loadMigrations } from '../../../src/migrations/load-migrations.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const DEFINE = pathToFileURL(
  path.resolve(import.meta.dirname, '../../../src/migrations/define-index.ts'),
).href;

const declare = (options: string) =>
  `import { defineIndex } from ${JSON.stringify(DEFINE)};\nexport default defineIndex(${options});\n`;

/** As a message names a file. */
function at(file: string): string {
  return `${path.join('migrations', 'shop', file)}.mjs`;
}

async function projectWith(directory: string, files: Readonly<Record<string, string>>) {
  const migrationsDirectory = path.join(directory, 'migrations', 'shop');
  await mkdir(migrationsDirectory, { recursive: true });
  for (const [file, text] of Object.entries(files))
    await writeFile(path.join(migrationsDirectory, file), text);
  const database = {
    name: 'shop',
    spec: {},
    migrationsDirectory,
    tablesFile: null,
    seedsDirectory: path.join(directory, 'seeds', 'shop'),
  };
  const project: Project = { directory, databases: [database], loadModule: createModuleLoader() };
  return { project, database };
}

test('loads files in the order of their names, with the real table prefix', async () => {
  await using directory = await temporaryDirectory();
  const { project, database } = await projectWith(directory.path, {
    '20260102000000_matomo_log_b.mjs': declare("{ table: 'matomo_log', name: 'b', columns: ['b'] }"),
    '20260101000000_orders_a.mjs': declare("{ table: 'orders', name: 'a', columns: ['a'] }"),
    'README.md': 'not a migration',
  });
  const migrations = await loadMigrations(project, database, { written: 'matomo_', actual: 'piwik_' });
  expect(migrations.map(({ name, definition }) => [name, definition.table])).toEqual([
    ['20260101000000_orders_a', 'orders'],
    ['20260102000000_matomo_log_b', 'piwik_log'],
  ]);
  expect(migrations[0]?.checksum).toMatch(/^[0-9a-f]{64}$/);
});

test('reports every fault of every file together', async () => {
  await using directory = await temporaryDirectory();
  const orders = declare("{ table: 'orders', name: 'a', columns: ['a'] }");
  const { project, database } = await projectWith(directory.path, {
    '20260101000000_orders_a.mjs': orders,
    '20260102000000_orders_a.mjs': orders,
    '20260103000000_orders_b.mjs': orders,
    'orders_a.mjs': orders,
    '20260104000000_none.mjs': 'export const up = () => {};\n',
    '20260105000000_broken.mjs': 'export default {\n',
    '20260106000000_bad.mjs': declare("{ table: 'orders', name: 'c', columns: [] }"),
  });
  const failure = loadMigrations(project, database, null);
  await expect(failure).rejects.toBeInstanceOf(ConfigurationError);
  const { faults } = (await failure.catch((error: unknown) => error)) as ConfigurationError;
  expect(faults).toEqual(
    expect.arrayContaining([
      expect.stringContaining(`index a of table orders is declared twice: ${at('20260101000000_orders_a')}`),
      expect.stringMatching(
        /20260103000000_orders_b\.mjs: it declares index a .*: name it 20260103000000_orders_a/,
      ),
      expect.stringMatching(/orders_a\.mjs: name it YYYYMMDDHHMMSS_orders_a/),
      expect.stringContaining(`${at('20260104000000_none')}: does not export an index`),
      expect.stringContaining(at('20260105000000_broken')),
      expect.stringContaining(`${at('20260106000000_bad')}: columns: name at least one`),
    ]),
  );
  expect(faults).toHaveLength(6);
});
