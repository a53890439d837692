import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { PrivateServer } from '../../src/dev/servers/private-server.ts';
import type { ServerLogin } from '../../src/dev/servers/server-login.ts';
import type { ServerSoftware } from '../../src/dev/servers/software.ts';

/**
 * The data fits into memory, so that the disk does not decide, and the log is large enough not to be written out all
 * the time while the sample is made. Durability stays as the server comes.
 */
const COMMON_ARGUMENTS = ['--innodb-buffer-pool-size=2G'];
const ARGUMENTS: Readonly<Record<ServerSoftware['flavour'], readonly string[]>> = {
  mysql: [...COMMON_ARGUMENTS, '--innodb-redo-log-capacity=1G'],
  mariadb: [...COMMON_ARGUMENTS, '--innodb-log-file-size=1G'],
};

/** A server that nobody else uses. */
export interface BenchServer extends AsyncDisposable {
  readonly software: ServerSoftware;
  readonly label: string;
  readonly login: ServerLogin;
  readonly pid: number;
  /** For what is not measured. */
  readonly connection: Connection;
  /** Options for client programs, with the password, which no command line may show. */
  readonly clientFile: string;
}

/** Starts a server below the directory, or goes on with the one that is there. Disposing stops it and keeps its data. */
export async function startBenchServer(software: ServerSoftware, directory: string): Promise<BenchServer> {
  const server = new PrivateServer(path.join(directory, software.flavour));
  const { login, label } = await server.start({
    software,
    serverArguments: ARGUMENTS[software.flavour],
  });
  const status = await server.status();
  if (status.kind !== 'running') throw new Error(`${label} has ended`);
  const connection = await createConnection({ ...login, multipleStatements: false });
  const clientFile = path.join(directory, `${software.flavour}.cnf`);
  await writeFile(clientFile, clientOptions(login), { mode: 0o600 });
  return {
    software,
    label,
    login,
    pid: status.pid,
    connection,
    clientFile,
    [Symbol.asyncDispose]: async () => {
      connection.destroy();
      await server.stop();
    },
  };
}

function clientOptions({ host, port, user, password }: ServerLogin): string {
  const options = [`host=${host}`, `port=${port}`, `user=${user}`, `password="${password}"`];
  return ['client', 'mydumper'].map((group) => [`[${group}]`, ...options, ''].join('\n')).join('\n');
}
