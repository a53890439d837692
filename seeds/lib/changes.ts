import type { Knex } from 'knex';
import { z } from 'zod';
import { insertRows, lastRow } from './fill.ts';
import { existingSampleTables } from './guard.ts';
import type { SeedParameters } from './parameters.ts';
import { SampleDataError } from './sample-data-error.ts';
import type { SampleTable } from './sample-table.ts';
import { chunks, sequence } from './sequence.ts';

/** One row in a hundred changes in a round, and one in a thousand is new, but always a few. */
const shareOf = (rows: number, divisor: number): number => Math.max(3, Math.floor(rows / divisor));

const updated = z.tuple([z.object({ changedRows: z.int() })]).rest(z.unknown());

/** @throws SampleDataError (`refused`) unless all tables are there and full: changes start from the whole sample. */
export async function requireSeeded(
  knex: Knex,
  tables: readonly SampleTable[],
  parameters: SeedParameters,
): Promise<void> {
  const present = await existingSampleTables(knex, tables, parameters);
  for (const table of tables) {
    if (present.has(table.name) && (await lastRow(knex, table)) >= table.rows) continue;
    throw new SampleDataError(
      'refused',
      `${table.name} is not seeded yet`,
      'seed the database first, then change rows',
    );
  }
}

/**
 * Updates one row in a hundred of `population`, spread evenly, others in each round.
 *
 * @param on the join condition of the table `t` with the picked number `s.picked` (1 to `population`)
 * @param set assignments that change every row they meet, since a server neither counts nor stamps a row left as it was
 * @returns rows that really changed, as the server counted them
 */
export async function updateRows(
  knex: Knex,
  table: SampleTable,
  change: { readonly population: number; readonly on: string; readonly set: string },
  { seed, round }: SeedParameters,
): Promise<number> {
  const wanted = Math.min(change.population, shareOf(change.population, 100));
  // One number out of each stride, so no row is picked twice.
  const stride = Math.floor(change.population / wanted);
  let rows = 0;
  for (const [first, last] of chunks(1, wanted)) {
    const numbers = sequence(first, last, seed, [
      { picked: `(id - 1) * ${stride} + 1 + CRC32(CONCAT(id, ':${seed}:${round}')) % ${stride}` },
    ]);
    const [header] = updated.parse(
      // STRAIGHT_JOIN: from the few picked rows into the table by its key, never a scan of the table.
      await knex.raw(
        `UPDATE (${numbers}) AS s STRAIGHT_JOIN \`${table.name}\` AS t ON ${change.on} SET ${change.set}`,
      ),
    );
    rows += header.changedRows;
  }
  return rows;
}

/**
 * Appends one row per thousand after the last one.
 *
 * @param instead values that replace the table's own, by column: above all the times, which are the server's now
 * @returns the numbers of the first and the last new row
 */
export async function appendRows(
  knex: Knex,
  table: SampleTable,
  instead: Readonly<Record<string, string>>,
  { seed }: SeedParameters,
): Promise<{ readonly first: number; readonly last: number; readonly rows: number }> {
  const rows = shareOf(table.rows, 1000);
  const first = (await lastRow(knex, table)) + 1;
  const last = first + rows - 1;
  await insertRows(knex, table, { first, last }, seed, instead);
  return { first, last, rows };
}
