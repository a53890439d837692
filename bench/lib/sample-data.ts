import path from 'node:path';
import { createModuleLoader } from '../../src/config/module-loader.ts';
import { parseDatabaseConfig } from '../../src/config/environment.ts';
import { type Database, openDatabase } from '../../src/databases/database.ts';
import { quoteIdentifier } from '../../src/databases/identifiers.ts';
import { changeRows, type SeedOptions, seedDatabase } from '../../src/dev/seed.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { createSampleTables, fillTables } from '../../seeds/lib/fill.ts';
import { seedParameters } from '../../seeds/lib/parameters.ts';
import { businessTables } from '../../seeds/business/tables/index.ts';
import type { BenchServer } from './bench-server.ts';

const SEEDS = path.resolve(import.meta.dirname, '../../seeds');
const SEED = 1;

/** Where the sample is; Matomo's tables are not always wanted. */
export interface BenchSchemas {
  readonly business: string;
  readonly matomo?: string;
}

export interface SampleSize {
  /** Rows of the largest table. */
  readonly rows: number;
  readonly report: (line: string) => void;
}

/** Makes the sample of both databases in schemas that are named after its size; what is there already stays. */
export async function prepareSample(server: BenchServer, size: SampleSize): Promise<BenchSchemas> {
  const schemas = { business: `business_${size.rows}`, matomo: `matomo_${size.rows}` };
  for (const [name, schema] of Object.entries(schemas)) {
    await createSchema(server, schema);
    await using database = await open(server, name, schema);
    await seedDatabase(seedOptions(database, name, size));
  }
  return schemas;
}

/** Makes only the orders of the sample, for sizes whose other tables would cost minutes and tell nothing. */
export async function prepareOrders(server: BenchServer, size: SampleSize): Promise<BenchSchemas> {
  const schema = `orders_${size.rows}`;
  await createSchema(server, schema);
  await using database = await open(server, 'business', schema);
  const parameters = seedParameters(database.knex.withUserParams({ ...size, seed: SEED }));
  const { orderTab } = businessTables(parameters);
  await createSampleTables(database.knex, [orderTab], parameters);
  await fillTables(database.knex, [orderTab], parameters);
  return { business: schema };
}

/** Updates one business row in a hundred and adds one in a thousand. */
export async function changeBusiness(
  server: BenchServer,
  schema: string,
  change: SampleSize & { readonly round: number },
): Promise<void> {
  await using database = await open(server, 'business', schema);
  await changeRows({ ...seedOptions(database, 'business', change), round: change.round });
}

async function createSchema(server: BenchServer, schema: string): Promise<void> {
  await server.connection.query(
    `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(schema)} CHARACTER SET utf8mb4`,
  );
}

function seedOptions(database: Database, databaseName: string, { rows, report }: SampleSize): SeedOptions {
  return {
    knex: database.knex,
    databaseName,
    seedsDirectory: SEEDS,
    loadModule: createModuleLoader(),
    rows,
    seed: SEED,
    report,
  };
}

async function open(server: BenchServer, name: string, schema: string): Promise<Database> {
  const { host, port, user, password } = server.login;
  const prefix = `${name.toUpperCase()}_DB`;
  const parsed = parseDatabaseConfig(
    name,
    {},
    {
      [`${prefix}_HOST`]: host,
      [`${prefix}_PORT`]: String(port),
      [`${prefix}_NAME`]: schema,
      [`${prefix}_USER`]: user,
      [`${prefix}_PASSWORD`]: password,
    },
  );
  if (parsed.kind === 'invalid') throw new ConfigurationError(parsed.faults);
  return openDatabase(parsed.config);
}
