/**
 * The public library: what the command line does, as functions. A project's own files import the lighter
 * `tidemark/define`.
 */
export * from './define.ts';
export * from './errors.ts';

export { parseDatabaseConfig, type Environment, type ParsedConfig } from './config/environment.ts';
export type { DatabaseConfig, PoolConfig, TablePrefix, TlsConfig } from './config/database-config.ts';
export { createModuleLoader } from './config/module-loader.ts';
export { loadProject, type Project, type ProjectDatabase } from './config/project.ts';
export { Secret } from './config/secret.ts';

export { openDatabase, type Database, type OpenOptions } from './databases/database.ts';
export { idempotently } from './databases/idempotently.ts';
export type { PoolEvent, PoolListener } from './databases/pool-events.ts';
export type { PoolStatus } from './databases/pool-status.ts';
export { isConnectionLost } from './databases/server-errors.ts';
export type { ServerInfo } from './databases/server.ts';
export type { Session } from './databases/session.ts';

export { monitorPool, type PoolMonitor } from './observability/pool-monitor.ts';
export type { PoolReport } from './observability/pool-report.ts';

export type { IndexDefinition, IndexPart } from './schema/index-definition.ts';

export { loadMigrations } from './migrations/load-migrations.ts';
export { DEFAULT_UP_OPTIONS, migrateUp, type MigrateUpOptions } from './migrations/migrate-up.ts';
export { DEFAULT_DOWN_OPTIONS, migrateDown, type MigrateDownOptions } from './migrations/migrate-down.ts';
export { migrateStatus, type StatusResult } from './migrations/migrate-status.ts';
export { migratePlan, type PlanResult } from './migrations/migrate-plan.ts';
export type { MigrationEvent } from './migrations/events.ts';
export type { MigrateResult } from './migrations/result.ts';

export { extractLoad, type ExtractLoad } from './pipeline/run/extract-load.ts';
export { loadTables } from './pipeline/source/load-tables.ts';
export type { ExtractOptions } from './pipeline/run/options.ts';
export type { ExtractEvent, ExtractReport } from './pipeline/run/report.ts';
export { openSink, type SinkSpec } from './sinks/open-sink.ts';

export { verify, type VerifyOptions } from './verify/verify.ts';
export type { Verification } from './verify/verification.ts';
export { summarize } from './verify/summary.ts';
