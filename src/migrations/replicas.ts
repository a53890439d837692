import type { DatabaseConfig } from '../config/database-config.ts';
import { openDatabase } from '../databases/database.ts';
import { isPrivilegeMissing } from '../databases/server-errors.ts';
import { readReplicaChannels } from '../databases/replica-status.ts';
import { RefusedError, UsageError } from '../errors.ts';
import type { Observe } from './events.ts';
import { pause } from './pause.ts';

export interface ReplicaAddress {
  readonly host: string;
  readonly port: number;
}

const POLL_SECONDS = 1;

/** Reads `host` or `host:port`. Throws a UsageError. */
export function parseReplica(text: string): ReplicaAddress {
  const match = /^(?<host>\[[\da-f:]+\]|[^:\s]+)(?::(?<port>\d{1,5}))?$/i.exec(text)?.groups;
  const port = Number(match?.['port'] ?? 3306);
  if (match?.['host'] === undefined || port < 1 || port > 65_535) {
    throw new UsageError(`--replica ${text}: not an address`, { hint: 'write --replica host:3306' });
  }
  return { host: match['host'].replaceAll(/[[\]]/g, ''), port };
}

/**
 * Waits until no replica is more than `limitSeconds` behind; they are asked with the primary's login. Throws a
 * RefusedError for one that does not replicate, since a wait for it would not end, a WorkFailedError for one that does
 * not answer, an InterruptedError if the signal is aborted.
 */
export async function waitForReplicas(options: {
  readonly config: DatabaseConfig;
  readonly replicas: readonly ReplicaAddress[];
  readonly limitSeconds: number;
  readonly observe: Observe;
  readonly signal: AbortSignal;
}): Promise<void> {
  for (const replica of options.replicas) await waitForReplica(replica, options);
}

async function waitForReplica(
  { host, port }: ReplicaAddress,
  { config, limitSeconds, observe, signal }: Parameters<typeof waitForReplicas>[0],
): Promise<void> {
  const address = `${host}:${port}`;
  await using database = await openDatabase({ ...config, host, port, socketPath: null });
  await using session = await database.session();
  for (;;) {
    const channels = await readReplicaChannels(session, database.server).catch((error: unknown) => {
      if (!isPrivilegeMissing(error)) throw error;
      throw new RefusedError(`replica ${address} does not let ${config.user} see its lag`, {
        hint:
          database.server.flavour === 'mariadb'
            ? 'GRANT REPLICA MONITOR ON *.* to that user'
            : 'GRANT REPLICATION CLIENT ON *.* to that user',
        cause: error,
      });
    });
    if (channels.length === 0 || channels.some(({ behindSeconds }) => behindSeconds === null)) {
      throw new RefusedError(`${address} does not replicate, so nobody knows how far it is behind`, {
        hint: 'start its replication, or leave it out of --replica',
      });
    }
    const lagSeconds = Math.max(...channels.map(({ behindSeconds }) => behindSeconds ?? 0));
    if (lagSeconds <= limitSeconds) return;
    observe({ kind: 'replica-lag', replica: address, lagSeconds, limitSeconds });
    await pause(POLL_SECONDS, signal);
  }
}
