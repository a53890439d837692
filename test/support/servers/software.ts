import path from 'node:path';
import { installMariadb, probeApt } from '../../../src/dev/servers/apt.ts';
import { findServerSoftware, type ServerSoftware } from '../../../src/dev/servers/software.ts';
import { mysqlFromDebian } from './mysql-from-debian.ts';

export interface TestSoftware {
  readonly mysql: ServerSoftware;
  readonly mariadb: ServerSoftware;
}

export interface PrepareOptions {
  readonly projectDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: (line: string) => void;
}

/**
 * Both servers' programs: those of the machine, else from Debian's packages. Downloads at most once; later calls take
 * a moment. Throws one error that says what is missing and how to provide it: no test is ever left out for want of a
 * server.
 */
export async function prepareSoftware(options: PrepareOptions): Promise<TestSoftware> {
  const mariadb = await prepareMariadb(options);
  const mysql = await prepareMysql(options);
  const missing = [
    ...(typeof mariadb === 'string'
      ? [
          `MariaDB: ${mariadb}. Provide it by installing mariadb-server 10.6 or later, or as root on Debian or Ubuntu.`,
        ]
      : []),
    ...(typeof mysql === 'string'
      ? [`MySQL: ${mysql}. Provide it by putting a mysqld 8.0 or later on the PATH, or run on Debian.`]
      : []),
  ];
  if (typeof mariadb === 'string' || typeof mysql === 'string') {
    throw new Error(`the tests need a real MySQL and a real MariaDB:\n  - ${missing.join('\n  - ')}`);
  }
  return { mysql, mariadb };
}

async function prepareMariadb({ environment, report }: PrepareOptions): Promise<ServerSoftware | string> {
  const present = await onThisMachine('mariadb', environment);
  if (present !== undefined) return present;
  const probe = await probeApt(environment);
  if (probe.kind === 'unusable') return `there is no mariadbd, and ${probe.reason}`;
  await installMariadb({ apt: probe.apt, report });
  return (await onThisMachine('mariadb', environment)) ?? 'apt-get installed no usable mariadbd';
}

async function prepareMysql({
  projectDirectory,
  environment,
  report,
}: PrepareOptions): Promise<ServerSoftware | string> {
  const present = await onThisMachine('mysql', environment);
  if (present !== undefined) return present;
  const unpacked = await mysqlFromDebian(path.join(projectDirectory, '.tidemark', 'test-servers'), report);
  return typeof unpacked === 'string' ? `there is no mysqld of MySQL, and ${unpacked}` : unpacked;
}

async function onThisMachine(
  flavour: ServerSoftware['flavour'],
  environment: PrepareOptions['environment'],
): Promise<ServerSoftware | undefined> {
  const { found } = await findServerSoftware(environment);
  return found.find((software) => software.flavour === flavour);
}
