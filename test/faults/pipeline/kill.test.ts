import { describe, expect, test } from 'vitest';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { spawnExtraction } from '../../support/spawn-extraction.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;
/** Several statements and several commits in a thousand rows. */
const SMALL_STEPS = { lagSeconds: 0, statementRows: 100, commitRows: 300 } as const;

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    "CREATE TABLE orders (id INT PRIMARY KEY, n INT, changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))",
    `INSERT INTO orders (id, n) SELECT n, 0 FROM ${numbers(3)}`,
  );
}

async function killed(extraction: Extraction, statement: string, occurrence: number): Promise<void> {
  const child = await spawnExtraction({
    settings: extraction.settings,
    sink: { kind: 'duckdb', location: extraction.duckdbFile },
    tables: [ORDERS],
    options: SMALL_STEPS,
    killBefore: { statement, occurrence },
  });
  expect(child.signal, `nothing matched ${statement} ${occurrence} times: ${child.stderr}`).toBe('SIGKILL');
}

describe.each(servers)('SIGKILL on $label', (server) => {
  test('a merge that was killed: rows and watermark stay together', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS, SMALL_STEPS);
    await extraction.sql(
      "UPDATE orders SET n = 1, changed = '2024-02-01' + INTERVAL id SECOND WHERE id % 2 = 0",
    );
    await killed(extraction, '^COMMIT', 2);
    const [state] = await extraction.states();
    expect(state?.watermark).toEqual(['2024-02-01 00:10:00', '600']);
    const ahead = await extraction.duckdb(
      "SELECT count(*)::INT FROM business.orders WHERE changed > '2024-02-01 00:10:00'",
    );
    expect(ahead, 'rows beyond the watermark').toEqual([[0]]);
    expect(await extraction.runTable(ORDERS, SMALL_STEPS)).toMatchObject({ rows: 200 });
    expect(await extraction.compare('orders')).toEqual([]);
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
