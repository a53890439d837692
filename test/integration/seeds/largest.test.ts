import { describe, expect, test } from 'vitest';
import { businessTables } from '../../../seeds/business/tables/index.ts';
import { createSampleTables, insertRows } from '../../../seeds/lib/fill.ts';
import { seedParameters } from '../../../seeds/lib/parameters.ts';
import { matomoTables } from '../../../seeds/matomo/tables/index.ts';
import { servers } from '../../support/schemas.ts';
import { numberOf, sampleSchema } from './sample.ts';

describe.each(servers)('on $label', (server) => {
  test.each([
    ['business', businessTables],
    ['matomo', matomoTables],
  ] as const)('the last rows of the largest %s sample fit their columns', async (database, tablesOf) => {
    await using sample = await sampleSchema(server, database);
    const knex = sample.options().knex.withUserParams({ rows: 100_000_000 });
    const parameters = seedParameters(knex);
    const tables = Object.values(tablesOf(parameters));
    await createSampleTables(knex, tables, parameters);
    for (const table of tables) {
      await insertRows(knex, table, { first: table.rows - 999, last: table.rows }, parameters.seed);
      expect(await numberOf(sample.connection, `SELECT COUNT(*) FROM \`${table.name}\``), table.name).toBe(
        1_000,
      );
    }
  });
});
