import { expect, test } from 'vitest';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { postgres } from '../../sinks/postgres.ts';
import { createExtraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const TABLES: readonly TableSpec[] = [
  { table: 'things', strategy: 'compare' },
  { table: 'words', strategy: 'compare' },
  { table: 'heap', strategy: 'full' },
  { table: 'seen', strategy: 'full' },
  { table: 'odd', strategy: 'full' },
];

/** Runs of the tables that are replaced whole. */
function whole(heap: number, seen: number) {
  return [
    ['full', heap],
    ['full', seen],
    ['full', 1],
  ];
}

test.each(servers)('tables without a cursor, from $label into PostgreSQL', async (server) => {
  await using extraction = await createExtraction(server);
  await using place = await postgres.create();
  await extraction.sql(
    'CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2))',
    `INSERT INTO things SELECT n, CONCAT('n', n), n / 3 FROM ${numbers(3)}`,
    'CREATE TABLE words (w VARCHAR(20) PRIMARY KEY, n INT)',
    "INSERT INTO words VALUES ('Alpha', 1), ('beta', 2)",
    "CREATE TABLE heap (n INT, t ENUM('a','b'))",
    "INSERT INTO heap VALUES (1, 'a'), (1, 'a'), (NULL, 'b')",
    'CREATE VIEW seen AS SELECT t, COUNT(*) AS times FROM heap GROUP BY t',
    "CREATE TABLE odd (t ENUM('b','a') PRIMARY KEY, n DOUBLE)",
    "INSERT INTO odd VALUES ('a', 1.5)",
  );
  const run = async () => {
    const { runs, failures } = await extraction.run(TABLES, {}, { sink: place.spec });
    expect(failures).toEqual([]);
    return runs.map(({ mode, rows }) => [mode, rows]);
  };
  expect(await run()).toEqual([['snapshot', 1000], ['snapshot', 2], ...whole(3, 2)]);
  await extraction.sql(
    "UPDATE things SET name = 'x' WHERE id < 4",
    'DELETE FROM things WHERE id = 900',
    "UPDATE words SET w = 'ALPHA', n = 5 WHERE w = 'alpha'",
    'INSERT INTO heap VALUES (7, NULL)',
  );
  expect(await run()).toEqual([['compare', 4], ['compare', 1], ...whole(4, 3)]);
  expect(await run()).toEqual([['compare', 0], ['compare', 0], ...whole(4, 3)]);
  const read = (table: string) => place.read({ database: 'business', table });
  expect(await read('things')).toHaveLength(999);
  expect(await read('heap')).toHaveLength(4);
  expect(await read('seen')).toHaveLength(3);
  const words = await read('words');
  expect(new Set(words.map(({ w, n }) => `${String(w)} ${String(n)}`))).toEqual(
    new Set(['ALPHA 5', 'beta 2']),
  );
});
