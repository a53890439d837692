import { realpath } from 'node:fs/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { ServerFiles } from './server-files.ts';
import type { ServerState } from './server-state.ts';

/** How to log in to a local development server; the user has every privilege. */
export interface ServerLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export function loginOf({ port, user, password }: ServerState): ServerLogin {
  return { host: '127.0.0.1', port, user, password };
}

/**
 * Whether the server answers a login. False as well when what answers on the port is not the server of these files:
 * ours ends by itself then, because it could not bind.
 */
export async function isAnswering(files: ServerFiles, state: ServerState): Promise<boolean> {
  try {
    const connection = await createConnection({ ...loginOf(state), connectTimeout: 2000 });
    try {
      const [rows] = await connection.query<RowDataPacket[]>('SELECT @@datadir AS directory');
      return (await realpath(String(rows[0]?.['directory']))) === (await realpath(files.data));
    } finally {
      connection.destroy();
    }
  } catch {
    return false;
  }
}
