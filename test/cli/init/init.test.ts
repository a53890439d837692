import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { type CliOptions, runCliJson } from '../../support/cli.ts';
import { compareTables } from '../../support/compare-tables.ts';
import {
  extractLoadDocument,
  initDocument,
  migrateDocument,
  verifyDocument,
} from '../../support/contract.ts';
import { type EmptyProject, installPacked } from '../../support/packed-package.ts';
import { type SchemaSettings, createSchema, servers } from '../../support/schemas.ts';
import { fillTable, tableNames, touch } from './fill.ts';

/** In the habits of Matomo, WordPress with WooCommerce, MediaWiki, Magento, PrestaShop, Laravel, Rails, Django, and of one's own. */
const APPLICATIONS = ['matomo', 'wordpress', 'mediawiki', 'magento', 'prestashop', 'frameworks', 'own'];
const ROWS = 30;
const CHANGED = 3;
const DB = '--db=apps';

type InitDocument = z.infer<typeof initDocument>;

async function createApplications(connection: Connection): Promise<void> {
  // As they create their tables: with zero dates for defaults.
  await connection.query("SET SESSION sql_mode = ''");
  for (const name of APPLICATIONS) {
    const text = await readFile(path.join(import.meta.dirname, 'schemas', `${name}.sql`), 'utf8');
    for (const statement of text.split(/;\n/).filter((part) => part.trim() !== '')) {
      await connection.query(statement);
    }
  }
  await connection.query('SET SESSION foreign_key_checks = 0');
  for (const table of await tableNames(connection)) {
    await fillTable(connection, table, { first: 1, count: ROWS });
  }
}

const urlOf = ({ user, host, port, schema }: SchemaSettings) => `mysql://${user}@${host}:${port}/${schema}`;

const cliOf = (
  { directory, binary }: EmptyProject,
  environment: Readonly<Record<string, string>> = {},
): CliOptions => ({ directory, binary, environment });

const movedBy = ({ tables }: InitDocument) =>
  tables.flatMap(({ table, cursor, leftOut }) =>
    cursor === null || leftOut !== null ? [] : [{ table, cursor }],
  );

/** Tables and views without a cursor. */
const wholeOf = ({ tables }: InitDocument) =>
  tables.flatMap(({ table, strategy }) => (strategy === 'full' || strategy === 'compare' ? [table] : []));

describe.concurrent.each(servers)('init on $label', { timeout: 180_000 }, (server) => {
  test('takes nine applications from a URL to rows in the sink, and their changes after that', async () => {
    await using schema = await createSchema(server);
    const { connection, settings } = schema;
    await createApplications(connection);
    await using project = await installPacked({ name: 'pipeline', private: true, type: 'commonjs' });
    const made = await runCliJson(
      initDocument,
      ['init', '--url', urlOf(settings), DB, '--yes'],
      cliOf(project, { APPS_DB_PASSWORD: settings.password }),
    );
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.document.written).toBe(true);
    const moved = movedBy(made.document);
    expect(moved.length).toBeGreaterThan(45);
    // From here on .env has all that there is to know.
    const cli = cliOf(project);
    expect((await stat(path.join(project.directory, '.env'))).mode & 0o777).toBe(0o600);
    expect(await project.typecheck()).toBe('');

    const up = await runCliJson(migrateDocument, ['migrate', 'up', DB], cli);
    expect(up.exitCode, up.stderr).toBe(0);
    const first = await runCliJson(extractLoadDocument, ['extract-load', DB], cli);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(new Set(first.document.runs.map(({ table }) => table))).toEqual(
      new Set([...moved.map(({ table }) => table), ...wholeOf(made.document)]),
    );
    const base = new Set(await tableNames(connection));
    const whole = wholeOf(made.document).filter((table) => base.has(table));
    expect(whole.length).toBeGreaterThan(10);

    const byId = new Set(
      made.document.tables.flatMap(({ table, evidence }) =>
        evidence.some((phrase) => phrase.includes('AUTO_INCREMENT')) ? [table] : [],
      ),
    );
    for (const { table, cursor } of moved) {
      if (byId.has(table)) await fillTable(connection, table, { first: ROWS + 1, count: CHANGED });
      else await touch(connection, table, { cursor, rows: CHANGED });
    }
    for (const table of whole) await fillTable(connection, table, { first: ROWS + 1, count: CHANGED });
    await sleep(1100);
    const second = await runCliJson(extractLoadDocument, ['extract-load', DB, '--lag', '0'], cli);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(
      second.document.runs.filter(({ mode, rows }) => mode === 'incremental' && rows !== CHANGED),
    ).toEqual([]);
    const duckdbFile = path.join(project.directory, 'data', 'tidemark.duckdb');
    const keyed = second.document.runs.flatMap(({ table, mode, index }) =>
      mode === 'incremental' || index === null || !base.has(table) ? [] : [table],
    );
    for (const table of [...moved.map((entry) => entry.table), ...keyed]) {
      expect(await compareTables({ connection, table, duckdbFile, database: 'apps' }), table).toEqual([]);
    }
    const verified = await runCliJson(verifyDocument, ['verify', '--plans', DB], cli);
    expect(verified.exitCode, verified.stderr).toBe(0);
    const plans = verified.document.databases.flatMap((database) => database.plans);
    expect(plans.filter(({ ok }) => !ok)).toEqual([]);
    // MySQL and MariaDB alike: the same files again.
    const again = await runCliJson(initDocument, ['init', '--yes'], cli);
    expect(again.document).toMatchObject({ files: [], written: false });
    expect(await readdir(path.join(project.directory, 'migrations', 'apps'))).toHaveLength(
      made.document.tables.filter(({ index }) => index?.exists === false).length,
    );
  });
});
