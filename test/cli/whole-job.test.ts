import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../support/cli.ts';
import { compareTables } from '../support/compare-tables.ts';
import {
  extractLoadDocument,
  migrateDocument,
  verifyDocument,
  watermarksDocument,
} from '../support/contract.ts';
import { createStatements } from '../support/create-statements.ts';
import { indexNames } from '../support/index-names.ts';
import { SAMPLE_DATABASES, type SampleProject, createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

const TABLES = {
  business: ['user', 'dataset', 'order_tab', 'api_order', 'dataset_image'],
  matomo: ['matomo_log_visit', 'matomo_log_link_visit_action', 'matomo_log_conversion', 'matomo_log_action'],
} as const;

/** The sample's times have whole seconds and the bound is exclusive: what changed is read once its second is over. */
const OLDER_THAN_THE_BOUND = 1100;

describe.concurrent.each(servers)('the whole job on $label', { timeout: 180_000 }, (server) => {
  test('up, first load, changes, incremental load, verification, and down again', async () => {
    await using sample = await createSampleProject(server, { rows: 2000 });
    const { cli } = sample;
    const before = await definitions(sample);

    const up = await runCliJson(migrateDocument, ['migrate', 'up', '--all'], cli);
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.document).toMatchObject({
      command: 'migrate up',
      databases: [
        { database: 'business', server: server.label, pending: 0 },
        { database: 'matomo', server: server.label, pending: 0 },
      ],
    });
    const built = up.document.databases.flatMap(({ migrations }) => migrations);
    expect(built.map(({ action }) => action)).toEqual(Array.from({ length: 20 }, () => 'built'));
    expect(new Set(built.map(({ table, statement }) => `${table} ${statement}`)).size).toBe(8);

    const again = await runCliJson(migrateDocument, ['migrate', 'up', '--all'], cli);
    expect(again.exitCode).toBe(0);
    expect(again.document.databases.flatMap(({ migrations }) => migrations)).toEqual([]);

    const first = await runCliJson(extractLoadDocument, ['extract-load'], cli);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.document.ok).toBe(true);
    expect(new Set(first.document.runs.map(({ mode }) => mode))).toEqual(new Set(['snapshot']));
    expect(rowsByTable(first.document.runs)).toEqual(await countRows(sample));

    const changes = await sample.changeRows();
    await sleep(OLDER_THAN_THE_BOUND);
    const second = await runCliJson(extractLoadDocument, ['extract-load', '--lag', '0'], cli);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(new Set(second.document.runs.map(({ mode }) => mode))).toEqual(new Set(['incremental']));
    expect(rowsByTable(second.document.runs)).toEqual(
      Object.fromEntries(changes.map(({ table, updated, inserted }) => [table, updated + inserted])),
    );
    for (const run of second.document.runs) {
      const previous = first.document.runs.find(({ table }) => table === run.table);
      expect(run.watermark.from).toEqual(previous?.watermark.to);
    }

    const verified = await runCliJson(verifyDocument, ['verify', '--full'], cli);
    expect(verified.exitCode, verified.stderr).toBe(0);
    const { summary, databases } = verified.document;
    expect(summary).toMatchObject({
      expected: 20,
      found: 20,
      missing: 0,
      changed: 0,
      unrecorded: 0,
      ok: true,
    });
    const plans = databases.flatMap((database) => database.plans);
    expect(plans.filter(({ ok }) => !ok)).toEqual([]);
    expect(new Set(plans.map(({ table }) => table))).toEqual(new Set(Object.values(TABLES).flat()));
    expect(databases.flatMap(({ benchmark }) => benchmark).length).toBeGreaterThan(0);
    expect(databases.flatMap(({ usage }) => usage)).toHaveLength(20);

    const text = await runCli(['verify'], cli);
    expect(text.stdout.trimEnd().split('\n').slice(-4)).toEqual([
      'Total Expected Indexes: 20',
      'Total Found: 20',
      'Total Missing: 0',
      expect.stringMatching(/^OK/),
    ]);

    expect(await differences(sample)).toEqual([]);

    const { document } = await runCliJson(watermarksDocument, ['watermarks', 'show'], cli);
    expect(document.watermarks).toHaveLength(9);

    const refused = await runCli(['migrate', 'down', '--all', '--all-migrations'], cli);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('the extraction of table order_tab reads by index idx_update_time');
    expect(await indexNames(sample.schemas.business, 'order_tab')).toHaveLength(4);

    const down = await runCliJson(
      migrateDocument,
      ['migrate', 'down', '--all', '--all-migrations', '--force'],
      cli,
    );
    expect(down.exitCode, down.stderr).toBe(0);
    expect(down.document.databases.map(({ pending }) => pending)).toEqual([13, 7]);
    expect(down.document.databases.flatMap(({ migrations }) => migrations)).toHaveLength(20);
    expect(await definitions(sample)).toEqual(before);
  });

  test('up and down again without an extraction in between leaves every table as it was', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { schemas, cli } = sample;
    const before = await Promise.all(Object.values(schemas).map(createStatements));
    expect((await runCli(['migrate', 'up', '--all'], cli)).exitCode).toBe(0);
    const down = await runCli(['migrate', 'down', '--all', '--all-migrations'], cli);
    expect(down.exitCode, down.stderr).toBe(0);
    expect(await Promise.all(Object.values(schemas).map(createStatements))).toEqual(before);
  });
});

/** Every table's definition, without the counter that inserts move. */
async function definitions({ schemas }: SampleProject): Promise<readonly string[]> {
  const statements = await Promise.all(Object.values(schemas).map(createStatements));
  return statements.flatMap((tables) =>
    Object.values(tables).map((statement) => statement.replace(/ AUTO_INCREMENT=\d+/, '')),
  );
}

function rowsByTable(
  runs: readonly { readonly table: string; readonly rows: number }[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(runs.map(({ table, rows }) => [table, rows]));
}

async function countRows({ schemas }: SampleProject): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const database of SAMPLE_DATABASES) {
    for (const table of TABLES[database]) {
      const [rows] = await schemas[database].connection.query({
        sql: `SELECT COUNT(*) FROM \`${table}\``,
        rowsAsArray: true,
      });
      counts[table] = Number((rows as number[][])[0]?.[0]);
    }
  }
  return counts;
}

async function differences({ project, schemas }: SampleProject): Promise<readonly unknown[]> {
  const duckdbFile = path.join(project.directory, 'data', 'tidemark.duckdb');
  const found: unknown[] = [];
  for (const database of SAMPLE_DATABASES) {
    const { connection } = schemas[database];
    for (const table of TABLES[database]) {
      for (const difference of await compareTables({ connection, table, duckdbFile, database })) {
        found.push({ table, ...difference });
      }
    }
  }
  return found;
}
