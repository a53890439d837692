import type { Knex } from 'knex';
import { createSampleTables } from '../lib/fill.ts';
import { seedParameters } from '../lib/parameters.ts';
import { businessTables } from './tables/index.ts';

export async function seed(knex: Knex): Promise<void> {
  const parameters = seedParameters(knex);
  await createSampleTables(knex, Object.values(businessTables(parameters)), parameters);
}
