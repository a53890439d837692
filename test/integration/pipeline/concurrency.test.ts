import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction } from '../../support/extraction.ts';
import { connect, createSchema, servers } from '../../support/schemas.ts';

const TABLES = ['a', 'b', 'c', 'd'];

/** Statements on the schemas that wait for a table which somebody has locked, by schema. */
async function waiting(watcher: Connection, schemas: readonly string[]): Promise<readonly number[]> {
  const [rows] = await watcher.query<RowDataPacket[]>(
    "SELECT DB AS name, COUNT(*) AS statements FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table%' GROUP BY DB",
  );
  return schemas.map((schema) => Number(rows.find((row) => row['name'] === schema)?.['statements'] ?? 0));
}

describe.each(servers)('tables that are read at once on $label', (server) => {
  test.each([
    { concurrency: 8, concurrencyPerDatabase: 1, expected: [1, 1] },
    { concurrency: 8, concurrencyPerDatabase: 3, expected: [3, 3] },
    { concurrency: 3, concurrencyPerDatabase: 2, expected: [2, 1] },
    { concurrency: 3, concurrencyPerDatabase: null, expected: [3, 0] },
  ])(
    'in all $concurrency, per database $concurrencyPerDatabase',
    async ({ concurrency, concurrencyPerDatabase, expected }) => {
      await using extraction = await createExtraction(server);
      await using other = await createSchema(server);
      await using database = await openTestDatabase(other.settings, { name: 'other' });
      const schemas = [extraction.schema, other.name];
      const locks: string[] = [];
      for (const connection of [extraction.connection, other.connection]) {
        for (const table of TABLES) {
          await connection.query(
            `CREATE TABLE ${table} (id INT PRIMARY KEY, t DATETIME NOT NULL, KEY t (t))`,
          );
          // The first database's tables are the larger ones, so that they come first.
          const rows =
            connection === extraction.connection
              ? "(1, '2024-01-01'), (2, '2024-01-01')"
              : "(1, '2024-01-01')";
          await connection.query(`INSERT INTO ${table} VALUES ${rows}`);
          await connection.query(`ANALYZE TABLE ${table}`);
        }
      }
      for (const schema of schemas) for (const table of TABLES) locks.push(`${schema}.${table} WRITE`);
      const tables = TABLES.map((table) => extracted({ table, cursor: 't', index: 't' }));
      const watcher = await connect(server);
      try {
        await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
        await extraction.sql(`LOCK TABLES ${locks.join(', ')}`);
        const run = extractLoad({
          databases: [
            { database: extraction.database, tables },
            { database, tables },
          ],
          sink,
          options: { lagSeconds: 0, concurrency, concurrencyPerDatabase },
        });
        await expect.poll(() => waiting(watcher, schemas), { timeout: 15_000 }).toEqual(expected);
        // Whoever may start has started by now.
        await sleep(300);
        expect(await waiting(watcher, schemas)).toEqual(expected);
        await extraction.sql('UNLOCK TABLES');
        const report = await run;
        expect(report.failures.map(({ error }) => error.message)).toEqual([]);
        expect(report.runs.map(({ database: name, table }) => `${name}.${table}`)).toEqual(
          ['business', 'other'].flatMap((name) => TABLES.map((table) => `${name}.${table}`)),
        );
      } finally {
        await watcher.end();
      }
    },
  );
});
