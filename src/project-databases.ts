import type { DatabaseConfig } from './config/database-config.ts';
import type { ProjectDatabase } from './config/project.ts';
import type { Database } from './databases/database.ts';

/** A project's database with its settings, not yet opened. */
export interface ConfiguredDatabase extends ProjectDatabase {
  readonly config: DatabaseConfig;
}

/** A project's database with an open pool. */
export interface OpenProjectDatabase extends ConfiguredDatabase {
  readonly database: Database;
}
