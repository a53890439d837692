import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../../../src/dev/servers/files.ts';
import { inspectServer, type Command, type ServerSoftware } from '../../../src/dev/servers/software.ts';
import { unpackFromSid } from './debian-sid.ts';

/** A server that Debian has in sid only, and where its parts are below the root of what was unpacked. */
interface SidServer {
  /** As a person reads it. */
  readonly product: string;
  /** Of its folder. */
  readonly folder: string;
  readonly packages: readonly string[];
  readonly megabytes: number;
  readonly program: string;
  /** Libraries of its own, beside those of the architecture. */
  readonly libraries: readonly string[];
  readonly options: (root: string) => readonly string[];
  /** Fills a data directory, where the server does not by itself. */
  readonly installer?: (root: string, server: Command) => Command;
}

const MYSQL: SidServer = {
  product: 'MySQL',
  folder: 'mysql',
  packages: ['mysql-server-core', 'mysql-client-core'],
  megabytes: 60,
  program: 'mysqld',
  libraries: ['mysql/private'],
  options: (root) => [
    `--basedir=${path.join(root, 'usr')}`,
    `--lc-messages-dir=${path.join(root, 'usr/share/mysql')}`,
    `--plugin-dir=${path.join(root, 'usr/lib/mysql/plugin')}`,
  ],
};

const MARIADB: SidServer = {
  product: 'MariaDB 11.8',
  folder: 'mariadb-11.8',
  packages: ['mariadb-server-core', 'mariadb-client-core'],
  megabytes: 30,
  program: 'mariadbd',
  libraries: [],
  options: (root) => [
    `--basedir=${path.join(root, 'usr')}`,
    `--lc-messages-dir=${path.join(root, 'usr/share/mariadb')}`,
    `--plugin-dir=${path.join(root, 'usr/lib/mysql/plugin')}`,
  ],
  // mariadb-install-db starts the server with the machine's loader, and fails there.
  installer: (root, server) => [
    process.execPath,
    '--import',
    'tsx',
    path.join(import.meta.dirname, 'bootstrap-mariadb.ts'),
    path.join(root, 'usr/share/mariadb'),
    ...server,
  ],
};

type Report = (line: string) => void;

/** MySQL. sid is the only suite that has it. Returns a text that says why where it cannot be had. */
export async function mysqlFromSid(directory: string, report: Report): Promise<ServerSoftware | string> {
  return serverFromSid(MYSQL, directory, report);
}

/** The MariaDB that Debian ships next. Returns a text that says why where it cannot be had. */
export async function mariadbFromSid(directory: string, report: Report): Promise<ServerSoftware | string> {
  return serverFromSid(MARIADB, directory, report);
}

/** Unpacks it below the directory unless it is there. It runs with sid's own libc, through sid's own loader. */
async function serverFromSid(
  sid: SidServer,
  directory: string,
  report: Report,
): Promise<ServerSoftware | string> {
  const root = path.join(directory, sid.folder);
  if (!(await exists(root))) {
    report(
      `Downloading ${sid.product} from the Debian archive for the tests (about ${sid.megabytes} MB, once)`,
    );
    const refusal = await unpackFromSid(sid.packages, root);
    if (refusal !== null) return refusal;
  }
  const libraries = path.join(root, 'usr/lib');
  const triplet = (await readdir(libraries)).find((name) => name.endsWith('-linux-gnu'));
  if (triplet === undefined) return `${root} has no libraries of this architecture`;
  const own = path.join(libraries, triplet);
  const loader = (await readdir(own)).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
  if (loader === undefined) return `${root} has no loader`;
  const server: Command = [
    path.join(own, loader),
    '--library-path',
    [own, ...sid.libraries.map((name) => path.join(libraries, name))].join(':'),
    path.join(root, 'usr/sbin', sid.program),
  ];
  return inspectServer({
    server,
    options: sid.options(root),
    installer: sid.installer?.(root, server) ?? null,
  });
}
