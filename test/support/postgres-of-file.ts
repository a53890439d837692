import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import { type PostgresServer, startPostgresServer } from './servers/postgres-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';

let starting: Promise<PostgresServer> | null = null;

/** The PostgreSQL of a test file, started when it is first asked for; the run's reaper ends it. */
export function postgresOfFile(): Promise<PostgresServer> {
  starting ??= start();
  return starting;
}

async function start(): Promise<PostgresServer> {
  const parent = inject('serversDirectory');
  const directory = await temporaryDirectory(parent);
  // The server runs as a user of its own, who must get there.
  await chmod(parent, 0o755);
  await chmod(directory.path, 0o755);
  return startPostgresServer(path.join(directory.path, 'postgres'));
}
