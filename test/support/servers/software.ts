import path from 'node:path';
import { atLeast, parseServerVersion, type ServerInfo } from '../../../src/databases/server.ts';
import { installMariadb, probeApt } from '../../../src/dev/servers/apt.ts';
import { findServerSoftware, type ServerSoftware } from '../../../src/dev/servers/software.ts';
import { mariadbFromSid, mysqlFromSid } from './server-from-sid.ts';

/** The servers that the tests run on: the first two for every behaviour, the third for a chosen part. */
export interface TestSoftware {
  readonly mysql: ServerSoftware;
  readonly mariadb: ServerSoftware;
  /** The release that Debian ships next, with another default collation. */
  readonly mariadb118: ServerSoftware;
}

export type SoftwareName = keyof TestSoftware;

export interface PrepareOptions {
  readonly projectDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: (line: string) => void;
}

/** The oldest release of the third server; the oldest of the others are `findServerSoftware`'s own. */
export const MARIADB_118: ServerInfo['version'] = [11, 8, 0];

/** How to provide each, where it cannot be had. */
const WAYS: Readonly<Record<SoftwareName, readonly [product: string, way: string]>> = {
  mysql: ['MySQL', 'by putting a mysqld 8.0 or later on the PATH, or run on Debian'],
  mariadb: ['MariaDB', 'by installing mariadb-server 10.6 or later, or as root on Debian or Ubuntu'],
  mariadb118: ['MariaDB 11.8', 'by putting a mariadbd 11.8 or later on the PATH, or run on Debian'],
};

/**
 * The servers' programs: those of the machine, else from Debian's packages. Downloads at most once; later calls take
 * a moment. Throws one error that says what is missing and how to provide it: no test is ever left out for want of a
 * server.
 */
export async function prepareSoftware(options: PrepareOptions): Promise<TestSoftware> {
  const mariadb = await prepareMariadb(options);
  const mysql = await fromMachineOrSid(options, 'mysql', [0, 0, 0], mysqlFromSid);
  const mariadb118 = await fromMachineOrSid(options, 'mariadb', MARIADB_118, mariadbFromSid);
  if (typeof mariadb !== 'string' && typeof mysql !== 'string' && typeof mariadb118 !== 'string') {
    return { mysql, mariadb, mariadb118 };
  }
  const missing = Object.entries({ mariadb, mysql, mariadb118 }).flatMap(([name, found]) => {
    const [product, way] = WAYS[name as SoftwareName];
    return typeof found === 'string' ? [`${product}: ${found}. Provide it ${way}.`] : [];
  });
  throw new Error(`the tests need real servers of MySQL and MariaDB:\n  - ${missing.join('\n  - ')}`);
}

async function prepareMariadb({ environment, report }: PrepareOptions): Promise<ServerSoftware | string> {
  const present = await onThisMachine(environment, 'mariadb');
  if (present !== undefined) return present;
  const probe = await probeApt(environment);
  if (probe.kind === 'unusable') return `there is no mariadbd, and ${probe.reason}`;
  await installMariadb({ apt: probe.apt, report });
  return (await onThisMachine(environment, 'mariadb')) ?? 'apt-get installed no usable mariadbd';
}

async function fromMachineOrSid(
  { projectDirectory, environment, report }: PrepareOptions,
  flavour: ServerSoftware['flavour'],
  oldest: ServerInfo['version'],
  fromSid: (directory: string, report: PrepareOptions['report']) => Promise<ServerSoftware | string>,
): Promise<ServerSoftware | string> {
  const present = await onThisMachine(environment, flavour, oldest);
  if (present !== undefined) return present;
  const unpacked = await fromSid(path.join(projectDirectory, '.tidemark', 'test-servers'), report);
  return typeof unpacked === 'string' ? `this machine has none, and ${unpacked}` : unpacked;
}

async function onThisMachine(
  environment: PrepareOptions['environment'],
  flavour: ServerSoftware['flavour'],
  oldest: ServerInfo['version'] = [0, 0, 0],
): Promise<ServerSoftware | undefined> {
  const { found } = await findServerSoftware(environment);
  return found.find(
    (software) => software.flavour === flavour && atLeast(parseServerVersion(software.label).version, oldest),
  );
}
