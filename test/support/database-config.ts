import type { DatabaseConfig, PoolConfig } from '../../src/config/database-config.ts';
import { parseDatabaseConfig } from '../../src/config/environment.ts';
import { type Database, type OpenOptions, openDatabase } from '../../src/databases/database.ts';
import { databaseEnvironment } from './cli.ts';
import type { SchemaSettings } from './schemas.ts';

export interface ConfigOverrides extends Partial<Omit<DatabaseConfig, 'pool'>> {
  readonly pool?: Partial<PoolConfig>;
}

/** The configuration of database `business` in a test's schema, with the defaults that a user gets. */
export function testDatabaseConfig(
  settings: SchemaSettings,
  overrides: ConfigOverrides = {},
): DatabaseConfig {
  const name = overrides.name ?? 'business';
  const parsed = parseDatabaseConfig(name, {}, databaseEnvironment(name, settings));
  if (parsed.kind === 'invalid') throw new Error(parsed.faults.join('\n'));
  return { ...parsed.config, ...overrides, pool: { ...parsed.config.pool, ...overrides.pool } };
}

/** Opens it; disposing fails if a connection was not returned. */
export async function openTestDatabase(
  settings: SchemaSettings,
  overrides: ConfigOverrides = {},
  options: OpenOptions = {},
): Promise<Database> {
  return openDatabase(testDatabaseConfig(settings, overrides), options);
}
