import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { PrivateServer } from '../../../src/dev/servers/private-server.ts';
import type { ServerSoftware } from '../../../src/dev/servers/software.ts';
import { noteSecret } from '../secrets.ts';
import { fillFromTemplate } from './data-template.ts';
import {
  atLeast,
  parseServerVersion,
  type ServerFlavour,
  type ServerInfo,
} from '../../../src/databases/server.ts';

/** A running server for tests, with an account that has every privilege. */
export interface TestServer {
  readonly flavour: ServerFlavour;
  /** As a person reads it, such as `MySQL 9.7.4`. */
  readonly label: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * The data is thrown away, so nothing waits for the disk and no page is written twice, which only a power cut needs; many
 * schemas at once need many connections.
 */
const FAST: readonly string[] = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-flush-method=nosync',
  '--innodb-doublewrite=0',
  '--innodb-buffer-pool-size=256M',
  '--max-connections=400',
];

/** Starts a server for tests below the directory. `extra` arguments win over all others. */
export async function startTestServer(options: {
  readonly software: ServerSoftware;
  readonly directory: string;
  readonly extra?: readonly string[];
}): Promise<{ readonly settings: TestServer; readonly server: PrivateServer }> {
  const { software, directory, extra = [] } = options;
  const server = new PrivateServer(directory);
  const { login, label } = await server.start({
    software,
    serverArguments: [...FAST, ...extra],
    fill: fillFromTemplate,
  });
  await noteSecret(login.password);
  return { server, settings: { flavour: software.flavour, label, ...login } };
}

/** Reads a server from a URL such as `mysql://root:password@127.0.0.1:3306`; throws unless it answers as what is wanted. */
export async function testServerFromUrl(
  variable: string,
  text: string,
  wanted: { readonly flavour: ServerFlavour; readonly oldest: ServerInfo['version'] },
): Promise<TestServer> {
  const url = new URL(text);
  const login = {
    host: url.hostname,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
  const connection = await createConnection({ ...login, connectTimeout: 10_000 });
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
    const server = parseServerVersion(String(rows[0]?.['version']));
    if (server.flavour !== wanted.flavour || !atLeast(server.version, wanted.oldest)) {
      throw new Error(`${variable} names a ${server.label} server`);
    }
    // What startTestServer gives its servers, as far as it can be set while one runs.
    await connection.query('SET GLOBAL max_connections = 400');
    if (server.flavour === 'mariadb') await connection.query('SET GLOBAL userstat = 1');
    return { flavour: server.flavour, label: server.label, ...login };
  } finally {
    await connection.end();
  }
}
