import type { Knex } from 'knex';
import pLimit from 'p-limit';
import { z } from 'zod';
import { existingSampleTables } from './guard.ts';
import type { SeedParameters } from './parameters.ts';
import { createTable, type SampleTable } from './sample-table.ts';
import { chunks, sequence } from './sequence.ts';

const PROGRESS_EVERY_SECONDS = 10;

const count = (rows: number): string => rows.toLocaleString('en-US');

const lastRows = z.tuple([z.tuple([z.object({ last: z.coerce.number() })])]).rest(z.unknown());

/** Creates the tables that are missing, after checking that nothing foreign is in the way. */
export async function createSampleTables(
  knex: Knex,
  tables: readonly SampleTable[],
  parameters: SeedParameters,
): Promise<void> {
  const present = await existingSampleTables(knex, tables, parameters);
  if (parameters.checkOnly === true) return;
  for (const table of tables) {
    if (!present.has(table.name)) await knex.raw(createTable(table, parameters));
  }
}

/** Number of the last row that the table holds, 0 if none. */
export async function lastRow(knex: Knex, table: SampleTable): Promise<number> {
  const [[{ last }]] = lastRows.parse(
    await knex.raw(`SELECT COALESCE(${table.lastRow}, 0) AS last FROM \`${table.name}\``),
  );
  return last;
}

/**
 * Inserts rows `first` to `last` as they follow from their number and the seed, in key order, one statement and
 * transaction per chunk.
 *
 * @param instead values that replace the table's own, by column
 */
export async function insertRows(
  knex: Knex,
  table: SampleTable,
  range: { readonly first: number; readonly last: number },
  seed: number,
  instead: Readonly<Record<string, string>> = {},
  onChunk?: (last: number) => void,
): Promise<void> {
  const columns = table.columns.flatMap(({ name, value: own }) => {
    const value = instead[name] ?? own;
    return value === undefined ? [] : [{ name, value }];
  });
  const names = columns.map(({ name }) => `\`${name}\``).join(', ');
  const values = columns.map(({ value }) => value).join(', ');
  for (const [first, last] of chunks(range.first, range.last)) {
    const numbers = sequence(first, last, seed, table.computed);
    await knex.raw(`INSERT INTO \`${table.name}\` (${names}) SELECT ${values} FROM (${numbers}) AS s`);
    onChunk?.(last);
  }
}

/**
 * Fills the tables, two at a time and the largest first: a server runs a statement on one core. If one fails, the others
 * end before the error is thrown, so that nothing is left running on the pool.
 */
export async function fillTables(
  knex: Knex,
  tables: readonly SampleTable[],
  parameters: SeedParameters,
): Promise<void> {
  if (parameters.checkOnly === true) return;
  const limit = pLimit(2);
  const largestFirst = tables.toSorted((a, b) => b.rows - a.rows);
  const results = await Promise.allSettled(
    largestFirst.map((table) => limit(() => fillTable(knex, table, parameters))),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Fills a table up to its number of rows. What is there stays: chunks are inserted in order of the row number and each
 * commits whole, so the last number present says where to go on, also after a crash.
 */
async function fillTable(knex: Knex, table: SampleTable, parameters: SeedParameters): Promise<void> {
  const { report, onFilled, seed } = parameters;
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const there = await lastRow(knex, table);
  const missing = Math.max(0, table.rows - there);

  let nextReport = PROGRESS_EVERY_SECONDS;
  await insertRows(knex, table, { first: there + 1, last: table.rows }, seed, {}, (last) => {
    if (seconds() < nextReport || last === table.rows) return;
    nextReport = seconds() + PROGRESS_EVERY_SECONDS;
    report?.(`${table.name}: ${count(last)} of ${count(table.rows)} rows`);
  });

  const resumed = there === 0 ? '' : ` (${count(there)} were there)`;
  report?.(
    missing === 0
      ? `${table.name}: ${count(table.rows)} rows are already there`
      : `${table.name}: ${count(missing)} rows in ${seconds().toFixed(1)} s${resumed}`,
  );
  onFilled?.({ table: table.name, rows: table.rows, inserted: missing, seconds: seconds() });
}
