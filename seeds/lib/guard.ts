import type { Knex } from 'knex';
import { z } from 'zod';
import type { SeedParameters } from './parameters.ts';
import { SampleDataError } from './sample-data-error.ts';
import { isMarked, marker, type SampleTable } from './sample-table.ts';

const tableRows = z.tuple([z.array(z.object({ name: z.string(), comment: z.string(), type: z.string() }))]);
const columnRows = z.tuple([z.array(z.object({ name: z.string(), column: z.string() }))]);

const ELSEWHERE = 'use a schema of its own for sample data, for example another *_DB_NAME';

/**
 * The names of the sample's tables that are there. Refuses unless every one of them carries the marker of just this
 * sample and has all its columns, so that a real database is never written to.
 *
 * @throws SampleDataError (`refused`) that names every table that is in the way.
 */
export async function existingSampleTables(
  knex: Knex,
  tables: readonly SampleTable[],
  parameters: SeedParameters,
): Promise<ReadonlySet<string>> {
  const names = tables.map((table) => table.name);
  const holders = names.map(() => '?').join(', ');
  const [found] = tableRows.rest(z.unknown()).parse(
    await knex.raw(
      `SELECT TABLE_NAME AS name, TABLE_COMMENT AS comment, TABLE_TYPE AS type FROM information_schema.TABLES
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (${holders})`,
      names,
    ),
  );

  const foreign = found.filter(({ type, comment }) => type !== 'BASE TABLE' || !isMarked(comment));
  if (foreign.length > 0) {
    throw new SampleDataError(
      'refused',
      `not sample data, so nothing was touched: ${foreign.map(({ name }) => name).join(', ')}`,
      ELSEWHERE,
    );
  }
  const other = found.find(({ comment }) => comment !== marker(parameters));
  if (other !== undefined) {
    throw new SampleDataError(
      'refused',
      `${other.name} holds other sample data: "${other.comment}" instead of "${marker(parameters)}"`,
      'ask for that seed and number of rows, or drop the sample tables first',
    );
  }

  const present = new Set(found.map(({ name }) => name));
  await refuseLackingColumns(
    knex,
    tables.filter((table) => present.has(table.name)),
  );
  return present;
}

async function refuseLackingColumns(knex: Knex, tables: readonly SampleTable[]): Promise<void> {
  const [columns] = columnRows.rest(z.unknown()).parse(
    await knex.raw(
      `SELECT TABLE_NAME AS name, COLUMN_NAME AS \`column\` FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = DATABASE()`,
    ),
  );
  const there = new Set(columns.map(({ name, column }) => `${name}.${column}`));
  const lacking = tables.flatMap((table) =>
    table.columns.map((column) => `${table.name}.${column.name}`).filter((column) => !there.has(column)),
  );
  if (lacking.length > 0) {
    throw new SampleDataError(
      'refused',
      `the sample's tables were changed and lack ${lacking.join(', ')}`,
      ELSEWHERE,
    );
  }
}
