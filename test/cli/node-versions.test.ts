import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NODE_VERSIONS, nodeBinary } from '../support/node-versions.ts';
import { createSchema, servers } from '../support/schemas.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

const FILES = {
  'package.json': '{ "name": "shop-pipeline", "type": "module", "private": true }\n',
  'knexfile.ts':
    "import { defineDatabases } from 'tidemark/define';\nexport const databases = defineDatabases({ shop: {} });\n",
  'migrations/shop/20261126000001_orders_idx_changed.ts':
    "import { defineIndex } from 'tidemark/define';\nexport default defineIndex({ table: 'orders', name: 'idx_changed', columns: ['changed'] });\n",
  'tables/shop.ts':
    "import { defineTables } from 'tidemark/define';\nexport default defineTables([{ table: 'orders', cursor: 'changed', index: 'idx_changed' }]);\n",
};

const npm = (cwd: string, ...args: readonly string[]) =>
  execa('npm', args, { cwd, stdin: 'ignore', timeout: 300_000 });

let project: Awaited<ReturnType<typeof temporaryDirectory>>;

/** The package as it is published, installed into a project of somebody's own. */
beforeAll(async () => {
  project = await temporaryDirectory();
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(path.dirname(path.join(project.path, name)), { recursive: true });
    await writeFile(path.join(project.path, name), text);
  }
  await npm(REPOSITORY, 'pack', '--silent', '--pack-destination', project.path);
  const archive = (await readdir(project.path)).find((name) => name.endsWith('.tgz'))!;
  await npm(project.path, 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${archive}`);
}, 400_000);

afterAll(() => project[Symbol.asyncDispose]());

describe.each(NODE_VERSIONS)('the packed package on Node %s', (version) => {
  test.each(servers)(
    'migrates and moves rows from $label',
    async (server) => {
      const node = await nodeBinary(version);
      await using schema = await createSchema(server);
      const { connection, settings } = schema;
      await connection.query(
        'CREATE TABLE orders (id INT PRIMARY KEY, name VARCHAR(20), changed DATETIME NOT NULL) CHARACTER SET utf8mb4',
      );
      await connection.query("INSERT INTO orders VALUES (1, 'öl', '2026-01-01'), (2, '盐', '2026-01-02')");
      const run = async (...args: readonly string[]) => {
        const program = path.join(project.path, 'node_modules', 'tidemark', 'dist', 'cli.js');
        const { stdout } = await execa(node, ['--', program, ...args], {
          cwd: project.path,
          stdin: 'ignore',
          extendEnv: false,
          env: {
            PATH: process.env['PATH'],
            SHOP_DB_HOST: settings.host,
            SHOP_DB_PORT: String(settings.port),
            SHOP_DB_USER: settings.user,
            SHOP_DB_PASSWORD: settings.password,
            SHOP_DB_NAME: settings.schema,
          },
        });
        return stdout;
      };
      const json = async (...args: readonly string[]) => JSON.parse(await run(...args, '--json')) as unknown;

      expect(await execa(node, ['--version']).then(({ stdout }) => stdout)).toMatch(
        new RegExp(`^v${version.replace('.', String.raw`\.`)}\\.`),
      );
      expect(await run('--version')).toMatch(/^\d+\.\d+\.\d+$/);
      expect(await json('migrate', 'up', '--db', 'shop')).toMatchObject({
        databases: [{ migrations: [{ index: 'idx_changed', action: 'built' }], pending: 0 }],
      });
      const sink = `duckdb:${path.join(project.path, `${schema.name}.duckdb`)}`;
      expect(await json('extract-load', '--sink', sink)).toMatchObject({
        ok: true,
        runs: [{ table: 'orders', mode: 'snapshot', rows: 2 }],
      });
      expect(await json('migrate', 'status')).toMatchObject({
        databases: [{ migrations: [{ index: 'idx_changed', state: 'applied' }] }],
      });
    },
    240_000,
  );
});

test('what Node compiled is kept where the package is, from Node 22 on', async () => {
  const node = await nodeBinary('24');
  const directory = path.join(project.path, 'node_modules', 'tidemark');
  await execa(node, [path.join(directory, 'dist', 'cli.js'), '--version'], { cwd: project.path });
  const kept = await readdir(path.join(directory, 'node_modules', '.cache', 'tidemark-compiled'));
  expect(kept.some((name) => name.startsWith('v24.'))).toBe(true);
});
