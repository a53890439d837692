/** What a project's own files import: `knexfile.ts`, `migrations/`, `tables/`. Kept light, since every command loads it. */
export { defineDatabases, type DatabaseSpec } from './config/database-spec.ts';
export { defineIndex, type IndexMigration } from './migrations/define-index.ts';
export { defineTables, type TableSpec } from './pipeline/source/table-spec.ts';
export { knexConfigurations } from './databases/knex-configurations.ts';
