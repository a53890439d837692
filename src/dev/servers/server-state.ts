import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from '../../atomic-file.ts';
import { WorkFailedError } from '../../errors.ts';
import type { ServerSoftware } from './software.ts';

const stateSchema = z.object({
  flavour: z.enum(['mysql', 'mariadb']),
  /** As a person reads it, such as `MariaDB 10.11.19`: the server that made the data directory. */
  label: z.string(),
  user: z.string(),
  password: z.string(),
  rootPassword: z.string(),
  port: z.number().int(),
  socket: z.string(),
});

/** What a private server's directory says of its server, kept in `server.json`. */
export type ServerState = Readonly<z.infer<typeof stateSchema>>;

/** 192 random bits in letters that need no quoting in SQL, in a shell or in an env file. */
export function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** The state of a server that is about to be made, with passwords of its own. */
export function newServerState(options: {
  readonly software: ServerSoftware;
  readonly port: number;
  readonly socket: string;
}): ServerState {
  const { software, port, socket } = options;
  return {
    flavour: software.flavour,
    label: software.label,
    user: 'tidemark',
    password: randomPassword(),
    rootPassword: randomPassword(),
    port,
    socket,
  };
}

/** Reads the state; null if the directory was never used. Throws WorkFailedError if the file is damaged. */
export async function readServerState(file: string): Promise<ServerState | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new WorkFailedError(`${file} is damaged`, {
      cause,
      hint: 'remove the local server and its data with: npm run db:down -- --remove-data',
    });
  }
}

export async function writeServerState(file: string, state: ServerState): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(state, null, 2)}\n`, 0o600);
}
