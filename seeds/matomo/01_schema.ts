import type { Knex } from 'knex';
import { createSampleTables } from '../lib/fill.ts';
import { seedParameters } from '../lib/parameters.ts';
import { matomoTables } from './tables/index.ts';

export async function seed(knex: Knex): Promise<void> {
  const parameters = seedParameters(knex);
  await createSampleTables(knex, Object.values(matomoTables(parameters)), parameters);
}
