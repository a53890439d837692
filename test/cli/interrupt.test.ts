import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { lockNames } from '../../src/migrations/lock.ts';
import { createBigTable } from '../support/big-table.ts';
import { databaseEnvironment, runCli, runCliJson, startCli } from '../support/cli.ts';
import { compareTables } from '../support/compare-tables.ts';
import { errorDocument, extractLoadDocument, migrateDocument } from '../support/contract.ts';
import { indexNames } from '../support/index-names.ts';
import { createProject } from '../support/project.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { type TestSchema, connect, createSchema, servers } from '../support/schemas.ts';

const BUSINESS = ['--db', 'business'];
const ORDERS = [...BUSINESS, '--table', 'order_tab'];

describe.concurrent.each(servers)('an interruption on $label', { timeout: 180_000 }, (server) => {
  test('SIGINT ends a build on the server, and leaves neither index nor lock', async () => {
    await using project = await createProject('{ business: {} }');
    await using schema = await createSchema(server);
    await createBigTable(schema, 400);
    await project.write(
      'migrations/business/20261125000001_big_idx_b.ts',
      "import { defineIndex } from 'tidemark/define';\nexport default defineIndex({ table: 'big', name: 'idx_b', columns: ['b'] });\n",
    );
    const cli = {
      directory: project.directory,
      environment: databaseEnvironment('business', schema.settings),
    };

    const running = startCli(['migrate', 'up', ...BUSINESS], cli);
    await running.said('building');
    await sleep(200);
    running.signal('SIGINT');
    expect(await running.result).toMatchObject({ exitCode: 130 });
    expect(await indexNames(schema, 'big')).toEqual([]);
    expect(await locksAreFree(schema)).toBe(true);

    const next = await runCliJson(migrateDocument, ['migrate', 'up', ...BUSINESS], cli);
    expect(next.exitCode, next.stderr).toBe(0);
    expect(next.document.databases[0]?.migrations).toMatchObject([{ index: 'idx_b', action: 'built' }]);
  });

  test('SIGTERM ends a migration that waits for a table', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { business } = sample.schemas;
    // An open transaction that has read the table keeps its definition as it is.
    await business.connection.query('START TRANSACTION');
    await business.connection.query('SELECT * FROM user LIMIT 1');

    const running = startCli(['migrate', 'up', ...BUSINESS, '--json'], sample.cli);
    await running.said('building');
    await sleep(500);
    running.signal('SIGTERM');
    const { exitCode, stdout } = await running.result;
    expect(exitCode).toBe(130);
    expect(errorDocument.parse(JSON.parse(stdout)).error.exitCode).toBe(130);

    await business.connection.query('COMMIT');
    expect(await indexNames(business, 'user')).not.toContain('idx_update_time');
    expect(await locksAreFree(business)).toBe(true);
    expect((await runCli(['migrate', 'up', ...BUSINESS], sample.cli)).exitCode).toBe(0);
  });

  test('SIGINT ends an extraction that is under way, and the next run completes it', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, project, schemas } = sample;
    expect((await runCli(['migrate', 'up', ...BUSINESS], cli)).exitCode).toBe(0);

    const running = startCli(['extract-load', ...ORDERS, '--max-rows-per-second', '20'], cli);
    await exists(path.join(project.directory, 'data', 'tidemark.duckdb'));
    // 50 s of reading lie ahead.
    await sleep(1500);
    running.signal('SIGINT');
    expect((await running.result).exitCode).toBe(130);

    const next = await runCliJson(extractLoadDocument, ['extract-load', ...ORDERS], cli);
    expect(next.exitCode, next.stderr).toBe(0);
    await expectOrdersEqual(schemas.business, project.directory);
  });

  test('SIGINT ends an extraction that waits for a locked table', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, project, schemas } = sample;
    expect((await runCli(['migrate', 'up', ...BUSINESS], cli)).exitCode).toBe(0);
    const watcher = await connect(server);
    try {
      await schemas.business.connection.query('LOCK TABLES order_tab WRITE');
      const running = startCli(['extract-load', ...ORDERS], cli);
      await tableIsRead(watcher, schemas.business.name);
      running.signal('SIGINT');
      expect((await running.result).exitCode).toBe(130);
      await schemas.business.connection.query('UNLOCK TABLES');
    } finally {
      await watcher.end();
    }
    expect((await runCli(['extract-load', ...ORDERS], cli)).exitCode).toBe(0);
    await expectOrdersEqual(schemas.business, project.directory);
  });
});

async function locksAreFree({ connection, name }: TestSchema): Promise<boolean> {
  const { runner, statement } = lockNames(name);
  const [rows] = await connection.query({
    sql: 'SELECT IS_FREE_LOCK(?) + IS_FREE_LOCK(?)',
    values: [runner, statement],
    rowsAsArray: true,
  });
  return Number((rows as number[][])[0]?.[0]) === 2;
}

/** Waits until some other connection runs a statement on the orders. */
async function tableIsRead(connection: Connection, schema: string): Promise<void> {
  await until('a statement on the orders', async () => {
    const [rows] = await connection.query(
      `SELECT ID FROM information_schema.PROCESSLIST
        WHERE DB = ? AND ID <> CONNECTION_ID() AND INFO LIKE '%FROM%order_tab%'`,
      [schema],
    );
    return (rows as unknown[]).length > 0;
  });
}

async function exists(file: string): Promise<void> {
  await until(file, async () => (await stat(file).catch(() => null)) !== null);
}

async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await isThere()) return;
    await sleep(50);
  }
  throw new Error(`waited for ${what} in vain`);
}

async function expectOrdersEqual({ connection }: TestSchema, directory: string): Promise<void> {
  const duckdbFile = path.join(directory, 'data', 'tidemark.duckdb');
  const differences = await compareTables({
    connection,
    table: 'order_tab',
    duckdbFile,
    database: 'business',
  });
  expect(differences).toEqual([]);
}
