import { DuckDBConnection } from '@duckdb/node-api';
import { describe, expect, test, vi } from 'vitest';
import { createExtraction } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

/** More than share a checkpoint (checkpoints.ts), and few enough to be made in a moment. */
const TABLES = Array.from({ length: 60 }, (_, number) => `t${number}`);

/** What the sink's connections are asked while some work is done. */
async function askedOfSink(work: () => Promise<void>): Promise<readonly string[]> {
  const { prototype } = DuckDBConnection;
  const spies = [vi.spyOn(prototype, 'run'), vi.spyOn(prototype, 'runAndReadAll')];
  try {
    await work();
    return spies.flatMap(({ mock }) => mock.calls.map(([sql]) => sql));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function readsOfAllStates(asked: readonly string[]): number {
  return asked.filter((sql) => /_tidemark\.watermarks ORDER BY/.test(sql)).length;
}

describe.each(servers)('many tables on $label', (server) => {
  test('each costs what it costs alone, whatever the number of the others', async () => {
    await using extraction = await createExtraction(server);
    for (const table of TABLES) {
      await extraction.sql(
        `CREATE TABLE ${table} (id INT PRIMARY KEY, v INT, u DATETIME NOT NULL DEFAULT '2024-01-01', KEY iu (u))`,
        `INSERT INTO ${table} (id, v) VALUES (1, 1), (2, 2), (3, 3)`,
      );
    }
    const specs = TABLES.map((table) => ({ table, cursor: 'u', index: 'iu' }));
    const run = async (count: number) => {
      const { ok, runs } = await extraction.run(specs.slice(0, count));
      expect({ ok, tables: runs.length }).toEqual({ ok: true, tables: count });
    };
    await run(TABLES.length);
    const few = await askedOfSink(() => run(10));
    const all = await askedOfSink(() => run(TABLES.length));
    expect(readsOfAllStates(all)).toBe(readsOfAllStates(few));
    // So many more tables, so many more statements, and a checkpoint for every fifty.
    expect(all.length / TABLES.length).toBeLessThanOrEqual((few.length / 10) * 1.05);
    expect(await extraction.duckdb('SELECT count(*)::INT FROM _tidemark.watermarks')).toEqual([
      [TABLES.length],
    ]);
  });
});
