import path from 'node:path';
import knex, { type Knex } from 'knex';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { createModuleLoader } from '../../../src/config/module-loader.ts';
import type { SeedOptions } from '../../../src/dev/seed.ts';
import { createSchema, type TestSchema, type TestServer } from '../../support/schemas.ts';

export const SEEDS = path.resolve(import.meta.dirname, '../../../seeds');

export const TABLES = {
  business: ['user', 'dataset', 'order_tab', 'api_order', 'dataset_image'],
  matomo: ['matomo_log_visit', 'matomo_log_action', 'matomo_log_link_visit_action', 'matomo_log_conversion'],
} as const;

export type SampleDatabase = keyof typeof TABLES;

/** A schema of the test's own with the options to seed it. */
export interface SampleSchema extends AsyncDisposable {
  readonly schema: TestSchema;
  readonly connection: Connection;
  readonly lines: readonly string[];
  options(changes?: Partial<SeedOptions>): SeedOptions;
}

export async function sampleSchema(server: TestServer, databaseName: SampleDatabase): Promise<SampleSchema> {
  const schema = await createSchema(server);
  await schema.connection.query("SET time_zone = '+00:00'");
  const pool = openKnex(schema);
  const lines: string[] = [];
  return {
    schema,
    connection: schema.connection,
    lines,
    options: (changes = {}) => ({
      knex: pool,
      databaseName,
      seedsDirectory: SEEDS,
      loadModule: createModuleLoader(),
      rows: 1_000,
      seed: 7,
      report: (line) => lines.push(line),
      ...changes,
    }),
    [Symbol.asyncDispose]: async () => {
      await pool.destroy();
      await schema[Symbol.asyncDispose]();
    },
  };
}

function openKnex({ settings: { schema: database, ...login } }: TestSchema): Knex {
  return knex({
    client: 'mysql2',
    connection: { ...login, database, charset: 'utf8mb4' },
    pool: {
      min: 0,
      max: 3,
      afterCreate: (
        connection: { query: (sql: string, done: (error: unknown) => void) => void },
        done: (error: unknown, connection: unknown) => void,
      ) => {
        connection.query("SET time_zone = '+00:00'", (error) => done(error, connection));
      },
    },
  });
}

/** All rows of a table in key order, every value as text or bytes, so that servers can be compared. */
export async function rowsOf(connection: Connection, table: string): Promise<readonly unknown[]> {
  const [keys] = await connection.query<RowDataPacket[]>(
    `SHOW KEYS FROM \`${table}\` WHERE Key_name = 'PRIMARY'`,
  );
  const order = keys.map((key) => `\`${String(key['Column_name'])}\``).join(', ');
  const [rows] = await connection.query({
    sql: `SELECT * FROM \`${table}\` ORDER BY ${order}`,
    rowsAsArray: true,
    // As the server sends it; the driver would parse JSON on one server and not on the other.
    typeCast: (field) => field.buffer()?.toString('hex') ?? null,
  });
  return rows as unknown[];
}

/** The one number that a query gives. */
export async function numberOf(connection: Connection, sql: string): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql: `SELECT (${sql}) AS value` });
  return Number(rows[0]?.['value']);
}
