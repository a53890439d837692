import path from 'node:path';
import type { Command, ServerSoftware } from '../../../src/dev/servers/software.ts';

/** A client program that came with a server, started as the server is. */
export function besideServer(software: ServerSoftware, name: string): Command {
  const [program, ...leading] = software.server;
  const server = leading.at(-1) ?? program;
  const client = path.join(path.dirname(server), '..', 'bin', name);
  return leading.length === 0 ? [client] : [program, ...leading.slice(0, -1), client];
}
