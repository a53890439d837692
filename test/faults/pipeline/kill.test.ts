import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import type { ComparisonRequest } from '../../../src/sinks/sink.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { spawnExtraction } from '../../support/spawn-extraction.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;
/** Several statements and several commits in a thousand rows. */
const SMALL_STEPS = { lagSeconds: 0, statementRows: 100, commitRows: 300 } as const;

/** Places in the sink's own transactions, and how often each is passed before the kill. */
const STEPS = [
  ['CREATE OR REPLACE TABLE', 1],
  ['^BEGIN', 2],
  ['INSERT INTO _tidemark.watermarks', 1],
  ['INSERT INTO _tidemark.runs', 2],
  ['^COMMIT', 1],
  ['^COMMIT', 3],
  ['DROP TABLE IF EXISTS', 1],
  ['RENAME TO', 1],
  ['RENAME TO.*|^COMMIT', 6],
] as const;

const MERGE_STEPS = [
  ['CREATE OR REPLACE TEMP TABLE', 1],
  ['DELETE FROM \\S*"business"', 1],
  ['INSERT INTO .*"business"', 2],
  ['DELETE FROM _tidemark.watermarks', 2],
  ['INSERT INTO _tidemark.watermarks', 1],
  ['^COMMIT', 1],
  ['^COMMIT', 2],
] as const;

const MENDING_STEPS = [
  ['CREATE OR REPLACE TEMP TABLE tidemark_found', 1],
  ['DELETE FROM \\S*"business"', 1],
  ['INSERT INTO .*"business"', 2],
  ['^COMMIT', 1],
  ['^COMMIT', 3],
] as const;

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    "CREATE TABLE orders (id INT PRIMARY KEY, n INT, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))",
    `INSERT INTO orders (id, n) SELECT n, 0 FROM ${numbers(3)}`,
  );
}

async function killed(
  extraction: Extraction,
  statement: string,
  occurrence: number,
  comparison?: ComparisonRequest,
): Promise<void> {
  const child = await spawnExtraction({
    settings: extraction.settings,
    sink: { kind: 'duckdb', location: extraction.duckdbFile },
    tables: [ORDERS],
    options: SMALL_STEPS,
    killBefore: { statement, occurrence },
    ...(comparison === undefined ? {} : { comparison }),
  });
  expect(child.signal, `nothing matched ${statement} ${occurrence} times: ${child.stderr}`).toBe('SIGKILL');
}

async function mendOrders(extraction: Extraction, comparison: ComparisonRequest): Promise<void> {
  await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
  const databases = [{ database: extraction.database, tables: [extracted(ORDERS)] }];
  await reconcile({ databases, sink, comparison, options: SMALL_STEPS });
}

describe.each(servers)('SIGKILL on $label', (server) => {
  test(
    'at every step of a first load: the next run goes on, and ends equal',
    { timeout: 90_000 },
    async () => {
      await using extraction = await createExtraction(server);
      await createOrders(extraction);
      for (const [statement, occurrence] of STEPS) {
        await rm(extraction.duckdbFile, { force: true });
        await rm(`${extraction.duckdbFile}.wal`, { force: true });
        await killed(extraction, statement, occurrence);
        await extraction.runTable(ORDERS, SMALL_STEPS);
        expect(await extraction.compare('orders'), `${statement} ${occurrence}`).toEqual([]);
      }
    },
  );

  test('at every step of a merge: rows and watermark stay together', { timeout: 90_000 }, async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS, SMALL_STEPS);
    for (const [round, [statement, occurrence]] of MERGE_STEPS.entries()) {
      await extraction.sql(
        `UPDATE orders SET n = ${round + 1}, changed = '2024-02-0${round + 1}' WHERE id % 2 = 0`,
      );
      await killed(extraction, statement, occurrence);
      const [state] = await extraction.states();
      const ahead = await extraction.duckdb(
        `SELECT count(*)::INT FROM business.orders WHERE changed > '${state?.watermark?.[0] ?? ''}'`,
      );
      expect(ahead, 'rows beyond the watermark').toEqual([[0]]);
      await extraction.runTable(ORDERS, SMALL_STEPS);
      expect(await extraction.compare('orders'), `${statement} ${occurrence}`).toEqual([]);
    }
  });

  test('at every step of mending: a window is mended or as it was', { timeout: 60_000 }, async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS, SMALL_STEPS);
    const mend = { by: 'rows', action: 'mend' } as const;
    for (const [round, [statement, occurrence]] of MENDING_STEPS.entries()) {
      await extraction.sql(
        `UPDATE orders SET n = ${round + 1} WHERE id % 20 = 0`,
        `DELETE FROM orders WHERE id % 200 = ${round + 1}`,
      );
      await killed(extraction, statement, occurrence, mend);
      const [[rows]] = (await extraction.duckdb('SELECT count(*)::INT FROM business.orders')) as [[number]];
      expect(rows, 'rows are replaced or removed, never lost').toBeGreaterThanOrEqual(1000 - 5 * (round + 1));
      await mendOrders(extraction, mend);
      expect(await extraction.compare('orders'), `${statement} ${occurrence}`).toEqual([]);
    }
  });

  test('a load that was killed goes on from its last commit', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await killed(extraction, '^COMMIT', 4);
    const [state] = await extraction.states();
    expect(state).toMatchObject({ watermark: null, loading: { position: ['600'] } });
    const run = await extraction.runTable(ORDERS, SMALL_STEPS);
    expect(run).toMatchObject({ mode: 'snapshot', rows: 400 });
    expect(await extraction.compare('orders')).toEqual([]);
  });
});
