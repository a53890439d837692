import type { Session } from './session.ts';

/** The connections of a server, of all its clients. */
export interface ServerConnections {
  readonly threadsConnected: number;
  /** The most that were connected at once since the server's start. */
  readonly maxUsedConnections: number;
  readonly maxConnections: number;
  /** How long the server lets a connection of ours be idle. */
  readonly waitTimeoutSeconds: number;
  readonly clients: readonly ClientConnections[];
  /** Whether all clients are listed; without the PROCESS privilege a user sees only connections of its own. */
  readonly complete: boolean;
}

export interface ClientConnections {
  readonly user: string;
  /** Host name or address, without the client's port. */
  readonly host: string;
  readonly connections: number;
  /** Those that are running a statement. */
  readonly active: number;
}

/** Asks the server who is connected. Only reads. */
export async function readServerConnections(session: Session): Promise<ServerConnections> {
  const status = await session.query(
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_connected', 'Max_used_connections')",
  );
  const counter = (name: string) =>
    Number(status.find((row) => row['Variable_name'] === name)?.['Value'] ?? Number.NaN);
  const [settings] = await session.query(
    'SELECT @@GLOBAL.max_connections AS maxConnections, @@SESSION.wait_timeout AS waitTimeout',
  );
  // Not the table: MySQL deprecates it in favour of performance_schema, which MariaDB does not have switched on.
  const threads = (await session.query('SHOW PROCESSLIST')).filter(isClient);
  const threadsConnected = counter('Threads_connected');
  return {
    threadsConnected,
    maxUsedConnections: counter('Max_used_connections'),
    maxConnections: Number(settings?.['maxConnections']),
    waitTimeoutSeconds: Number(settings?.['waitTimeout']),
    clients: countClients(threads),
    complete: threads.length >= threadsConnected,
  };
}

type Thread = Readonly<Record<string, unknown>>;

/** The server's own threads are on the list, too, and do not count as connections. */
function isClient({ User: user, Command: command }: Thread): boolean {
  return user !== 'system user' && user !== 'event_scheduler' && command !== 'Daemon';
}

function countClients(threads: readonly Thread[]): readonly ClientConnections[] {
  const clients = new Map<string, ClientConnections>();
  for (const { User, Host, Command } of threads) {
    const user = String(User);
    const host = String(Host).replace(/:\d+$/, '');
    const key = JSON.stringify([user, host]);
    const known = clients.get(key) ?? { user, host, connections: 0, active: 0 };
    clients.set(key, {
      ...known,
      connections: known.connections + 1,
      active: known.active + (Command === 'Sleep' ? 0 : 1),
    });
  }
  return [...clients.values()].toSorted((a, b) => b.connections - a.connections);
}
