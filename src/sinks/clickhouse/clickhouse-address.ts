import { readFileSync } from 'node:fs';
import { ConfigurationError, UsageError } from '../../errors.ts';
import type { SinkEnvironment } from '../sink-kind.ts';

/** What to do with dates and times outside of 1900 to 2299, which ClickHouse's types cannot hold. */
export type OutOfRange = 'error' | 'null' | 'text';
/** How rows are compressed on their way. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Parameters of a URL, and what each may be; the first is the default. */
const CHOICES = {
  outOfRange: ['error', 'null', 'text'],
  compression: ['none', 'gzip', 'zstd'],
  secure: ['false', 'true'],
} as const;

/** A name of a cluster, as `remote_servers` of the server's configuration has it. */
const CLUSTER = /^[A-Za-z0-9_.{}-]+$/;

/** Where a ClickHouse database is, and what tidemark is told beside it. */
export interface ClickhouseAddress {
  /** Of its HTTP interface, without user and password. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Without a password. */
  readonly location: string;
  readonly outOfRange: OutOfRange;
  readonly compression: Compression;
  /** The cluster that tables are made on; null for one server. */
  readonly cluster: string | null;
}

/**
 * Checks a place such as `//user@host:8123/warehouse?outOfRange=text`: what follows the scheme. Throws a UsageError for
 * what is no URL, for a password in it, which other users of the machine could read in the list of processes, and for
 * unknown parameters.
 */
export function locateClickhouse(place: string): string {
  const text = `clickhouse:${place}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !place.startsWith('//') || url.hostname === '' || databaseOf(url) === '') {
    throw new UsageError(`"${withoutPassword(text)}" is no address of a ClickHouse database`, {
      hint: 'write clickhouse://user@host:8123/database: the port is that of the HTTP interface',
    });
  }
  if (url.password !== '' || url.searchParams.has('password')) {
    throw new UsageError(`a password does not belong into --sink: ${withoutPassword(text)}`, {
      hint: 'set CLICKHOUSE_PASSWORD, or CLICKHOUSE_PASSWORD_FILE to a file that has it',
    });
  }
  for (const [name, value] of url.searchParams) checkParameter(name, value);
  return url.href;
}

function checkParameter(name: string, value: string): void {
  if (name === 'cluster' && CLUSTER.test(value)) return;
  if (name === 'cluster') throw new UsageError(`cluster=${value} is no name of a cluster`);
  if (!Object.hasOwn(CHOICES, name)) {
    throw new UsageError(`a ClickHouse sink has no parameter "${name}"`, {
      hint: `there are ${[...Object.keys(CHOICES), 'cluster'].join(', ')}`,
    });
  }
  const known: readonly string[] = CHOICES[name as keyof typeof CHOICES];
  if (!known.includes(value)) throw new UsageError(`${name}=${value} is none of ${known.join(', ')}`);
}

/** Reads a location that `locateClickhouse` has checked. Throws a ConfigurationError for a password file that is not there. */
export function clickhouseAddress(location: string, environment: SinkEnvironment): ClickhouseAddress {
  const url = new URL(location);
  const secure = chosen(url, 'secure') === 'true';
  const port = url.port === '' ? (secure ? '8443' : '8123') : url.port;
  return {
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${port}`,
    user: url.username === '' ? 'default' : decodeURIComponent(url.username),
    password: passwordOf(environment),
    database: databaseOf(url),
    location,
    outOfRange: chosen(url, 'outOfRange'),
    compression: chosen(url, 'compression'),
    cluster: url.searchParams.get('cluster'),
  };
}

function chosen<Name extends keyof typeof CHOICES>(url: URL, name: Name): (typeof CHOICES)[Name][number] {
  const given = url.searchParams.get(name);
  return CHOICES[name].find((choice) => choice === given) ?? CHOICES[name][0];
}

function passwordOf(environment: SinkEnvironment): string {
  const password = environment['CLICKHOUSE_PASSWORD'] ?? '';
  const file = environment['CLICKHOUSE_PASSWORD_FILE'] ?? '';
  if (password !== '' || file === '') return password;
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ConfigurationError([`CLICKHOUSE_PASSWORD_FILE: ${file} cannot be read`], { cause: error });
  }
}

function databaseOf(url: URL): string {
  return decodeURIComponent(url.pathname.replace(/^\//, ''));
}

function withoutPassword(text: string): string {
  return text.replace(/^(clickhouse:\/\/[^:@/]*):[^@/]*@/, '$1@').replace(/([?&]password=)[^&]*/, '$1…');
}
