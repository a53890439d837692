import { readReplicaChannels } from '../../databases/replica-status.ts';
import type { ServerInfo } from '../../databases/server.ts';
import { isPrivilegeMissing } from '../../databases/server-errors.ts';
import type { Session } from '../../databases/session.ts';

/**
 * How far a replica is behind its source, in seconds; 0 for a server that is no replica, or if the user may not know
 * (privilege REPLICATION CLIENT, on MariaDB REPLICA MONITOR). A replica cannot show its source's open transactions, so
 * its delay is added to the lag. Null for a replica that stands still: nobody knows how far it is behind.
 */
export async function replicaDelaySeconds(session: Session, server: ServerInfo): Promise<number | null> {
  try {
    const channels = await readReplicaChannels(session, server);
    const delays = channels.map(({ behindSeconds }) => behindSeconds);
    return delays.some((delay) => delay === null) ? null : Math.max(0, ...delays.map(Number));
  } catch (error) {
    if (isPrivilegeMissing(error)) return 0;
    throw error;
  }
}
