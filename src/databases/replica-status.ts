import { type ServerInfo, atLeast } from './server.ts';
import type { Session } from './session.ts';

/** One channel by which a server replicates from another. */
export interface ReplicaChannel {
  /** Seconds that it is behind its source; null while it does not replicate. */
  readonly behindSeconds: number | null;
}

/**
 * The channels of a replica; empty for a server that is none. Throws the server's error, for want of a privilege too
 * (REPLICATION CLIENT, on MariaDB REPLICA MONITOR).
 */
export async function readReplicaChannels(
  session: Session,
  server: ServerInfo,
): Promise<readonly ReplicaChannel[]> {
  const rows = await session.query(showReplicaStatus(server));
  return rows.map((row) => {
    const behind = row['Seconds_Behind_Source'] ?? row['Seconds_Behind_Master'] ?? null;
    return { behindSeconds: behind === null ? null : Number(behind) };
  });
}

/** MySQL 8.0.22 and MariaDB 10.5.1 took the new word. */
function showReplicaStatus(server: ServerInfo): string {
  const renamed = atLeast(server.version, server.flavour === 'mariadb' ? [10, 5, 1] : [8, 0, 22]);
  return renamed ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS';
}
