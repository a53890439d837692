import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runCliJson } from '../support/cli.ts';
import { compareTables } from '../support/compare-tables.ts';
import { extractLoadDocument, migrateDocument, verifyDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

const MATOMO = ['--db', 'matomo'];

describe.concurrent.each(servers)('MATOMO_TABLE_PREFIX on $label', { timeout: 180_000 }, (server) => {
  test.each(['stats_', ''])('"%s" holds for migrations, extraction and verification', async (tablePrefix) => {
    await using sample = await createSampleProject(server, { rows: 1000, tablePrefix });
    const { cli, project, schemas } = sample;
    const tables = ['log_visit', 'log_link_visit_action', 'log_conversion', 'log_action'].map(
      (table) => `${tablePrefix}${table}`,
    );

    const up = await runCliJson(migrateDocument, ['migrate', 'up', ...MATOMO], cli);
    expect(up.exitCode, up.stderr).toBe(0);
    const built = up.document.databases.flatMap(({ migrations }) => migrations);
    expect(built).toHaveLength(7);
    expect(new Set(built.map(({ table }) => table))).toEqual(new Set(tables.slice(0, 3)));

    const first = await runCliJson(extractLoadDocument, ['extract-load', ...MATOMO], cli);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(new Set(first.document.runs.map(({ table }) => table))).toEqual(new Set(tables));

    const changes = await sample.changeRows();
    await sleep(1100);
    const second = await runCliJson(extractLoadDocument, ['extract-load', ...MATOMO, '--lag', '0'], cli);
    for (const { table, rows, mode } of second.document.runs) {
      expect(mode).toBe('incremental');
      const change = changes.find((changed) => changed.table === table);
      expect(rows, table).toBe((change?.updated ?? 0) + (change?.inserted ?? 0));
    }

    const verified = await runCliJson(verifyDocument, ['verify', '--plans', ...MATOMO], cli);
    expect(verified.exitCode, verified.stderr).toBe(0);
    expect(verified.document.summary).toMatchObject({ expected: 7, found: 7, ok: true });

    const { connection } = schemas.matomo;
    const duckdbFile = path.join(project.directory, 'data', 'tidemark.duckdb');
    for (const table of tables) {
      expect(await compareTables({ connection, table, duckdbFile, database: 'matomo' })).toEqual([]);
    }
  });
});
