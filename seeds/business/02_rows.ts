import type { Knex } from 'knex';
import { fillTables } from '../lib/fill.ts';
import { seedParameters } from '../lib/parameters.ts';
import { businessTables } from './tables/index.ts';

export async function seed(knex: Knex): Promise<void> {
  const parameters = seedParameters(knex);
  await fillTables(knex, Object.values(businessTables(parameters)), parameters);
}
