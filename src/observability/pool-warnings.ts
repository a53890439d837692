import { type DatabaseConfig, serverAddress } from '../config/database-config.ts';
import type { ServerConnections } from '../databases/server-connections.ts';

/** The part of `max_connections` that one application may claim: others, and an administrator, need the rest. */
const LARGEST_SHARE = 0.8;

export type PoolWarning =
  | {
      /** The pools could open more connections than the server should give them. */
      readonly kind: 'too-many-connections';
      readonly processes: number;
      /** Databases whose pools share the server. */
      readonly databases: readonly string[];
      readonly possible: number;
      readonly maxConnections: number;
    }
  | {
      /** The server ends idle connections before the pool would replace them. */
      readonly kind: 'recycle-after-wait-timeout';
      readonly recycleSeconds: number;
      readonly waitTimeoutSeconds: number;
    };

/**
 * What is wrong with a database's pool settings for its server. `sharing` are the databases on the same server, itself
 * included; `processes` how many tidemark processes run at once.
 */
export function poolWarnings(input: {
  readonly config: DatabaseConfig;
  readonly sharing: readonly DatabaseConfig[];
  readonly processes: number;
  readonly server: Pick<ServerConnections, 'maxConnections' | 'waitTimeoutSeconds'>;
}): readonly PoolWarning[] {
  const { config, sharing, processes, server } = input;
  const { maxConnections, waitTimeoutSeconds } = server;
  const possible = processes * sharing.reduce((sum, { pool }) => sum + pool.size + pool.maxOverflow, 0);
  const { recycleSeconds } = config.pool;
  return [
    ...(possible > LARGEST_SHARE * maxConnections
      ? [
          {
            kind: 'too-many-connections',
            processes,
            databases: sharing.map(({ name }) => name),
            possible,
            maxConnections,
          } as const,
        ]
      : []),
    ...(recycleSeconds > waitTimeoutSeconds
      ? [{ kind: 'recycle-after-wait-timeout', recycleSeconds, waitTimeoutSeconds } as const]
      : []),
  ];
}

/** Databases whose connections count against the same `max_connections`. */
export function onSameServer(
  config: DatabaseConfig,
  all: readonly DatabaseConfig[],
): readonly DatabaseConfig[] {
  return all.filter((other) => serverAddress(other) === serverAddress(config));
}

/** A warning in words, with what to do. */
export function describeWarning(warning: PoolWarning): string {
  switch (warning.kind) {
    case 'too-many-connections': {
      const { processes, databases, possible, maxConnections } = warning;
      const most = Math.floor(LARGEST_SHARE * maxConnections);
      return (
        `${processes} process(es) × (size + overflow) of ${databases.join(' + ')} may open ${possible} connections, more ` +
        `than 80 % of max_connections (${most} of ${maxConnections}): lower DB_POOL_SIZE or DB_MAX_OVERFLOW, or raise max_connections`
      );
    }
    case 'recycle-after-wait-timeout':
      return (
        `DB_POOL_RECYCLE (${warning.recycleSeconds} s) is longer than the server's wait_timeout ` +
        `(${warning.waitTimeoutSeconds} s), which ends idle connections first: lower DB_POOL_RECYCLE`
      );
  }
}
