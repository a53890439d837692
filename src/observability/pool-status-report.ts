import type { DatabaseConfig, PoolConfig } from '../config/database-config.ts';
import type { Database } from '../databases/database.ts';
import { idempotently } from '../databases/idempotently.ts';
import type { PoolStatus } from '../databases/pool-status.ts';
import { type ServerConnections, readServerConnections } from '../databases/server-connections.ts';
import { type PoolWarning, onSameServer, poolWarnings } from './pool-warnings.ts';

/** One database of `tidemark pool status`. */
export interface DatabasePoolStatus {
  readonly database: string;
  /** As a person reads it, such as `MySQL 9.7.4`. */
  readonly server: string;
  readonly settings: PoolConfig;
  readonly pool: PoolStatus;
  readonly serverConnections: ServerConnections;
  readonly warnings: readonly PoolWarning[];
}

/** The pool of a database, its server's connections and what does not fit. `all` are the project's databases. */
export async function poolStatusOf(
  database: Database,
  options: { readonly all: readonly DatabaseConfig[]; readonly processes: number },
): Promise<DatabasePoolStatus> {
  const { config, server } = database;
  const serverConnections = await idempotently(database, readServerConnections);
  return {
    database: database.name,
    server: server.label,
    settings: config.pool,
    pool: database.pool.status(),
    serverConnections,
    warnings: poolWarnings({
      config,
      sharing: onSameServer(config, options.all),
      processes: options.processes,
      server: serverConnections,
    }),
  };
}
