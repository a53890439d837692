import path from 'node:path';

/** The files of one private server, all below its directory. */
export interface ServerFiles {
  readonly directory: string;
  readonly data: string;
  readonly temporary: string;
  readonly log: string;
  /** Written as soon as the process exists; the server's own follows later, in its data directory. */
  readonly pid: string;
  readonly serverPid: string;
  readonly state: string;
  readonly lock: string;
  /** SQL with the passwords, there only while the server starts. */
  readonly accounts: string;
  /** Where the socket is unless the path is too long for one. */
  readonly socket: string;
}

export function serverFiles(directory: string): ServerFiles {
  const data = path.join(directory, 'data');
  return {
    directory,
    data,
    temporary: path.join(directory, 'tmp'),
    log: path.join(directory, 'server.log'),
    pid: path.join(directory, 'server.pid'),
    serverPid: path.join(data, 'server.pid'),
    state: path.join(directory, 'server.json'),
    lock: path.join(directory, 'lock'),
    accounts: path.join(directory, 'accounts.sql'),
    socket: path.join(directory, 'server.sock'),
  };
}

/** The argument that tells a private server from every other process of the machine. */
export function identifyingArgument(files: ServerFiles): string {
  return `--datadir=${files.data}`;
}
