import { Client } from 'pg';
import type { PostgresServer } from './servers/postgres-server.ts';

/** A reader of a database with every privilege, which shares no code with the sink. */
export async function connectPostgres(server: PostgresServer, database: string): Promise<Client> {
  const { port, password, user } = server;
  const client = new Client({ host: '127.0.0.1', port, user, password, database });
  // A server that crashes says so on every connection.
  client.on('error', () => {});
  await client.connect();
  return client;
}
