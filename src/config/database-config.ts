import type { Secret } from './secret.ts';

/** `preferred` uses TLS where the server offers it; `required` insists on TLS; `verify` checks the certificate. */
export type TlsMode = 'disabled' | 'preferred' | 'required' | 'verify';

export interface TlsConfig {
  readonly mode: TlsMode;
  /** Paths of PEM files. */
  readonly caFile: string | null;
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
}

/** Terms as in SQLAlchemy's QueuePool. Durations in seconds. */
export interface PoolConfig {
  readonly size: number;
  readonly maxOverflow: number;
  readonly recycleSeconds: number;
  readonly prePing: boolean;
  readonly connectTimeoutSeconds: number;
  readonly acquireTimeoutSeconds: number;
  /** A connection that is out for longer is reported, with the code that took it. */
  readonly leakLimitSeconds: number;
}

/** Everything that is needed to open one database. */
export interface DatabaseConfig {
  /** The key in `knexfile.ts`. */
  readonly name: string;
  readonly schema: string;
  readonly host: string;
  readonly port: number;
  /** UNIX socket; when set, host and port are not used. */
  readonly socketPath: string | null;
  readonly user: string;
  readonly password: Secret;
  readonly tls: TlsConfig;
  readonly pool: PoolConfig;
  readonly tablePrefix: TablePrefix | null;
}

export interface TablePrefix {
  /** The prefix that the project's files are written with. */
  readonly written: string;
  /** The prefix that the database really has. */
  readonly actual: string;
}

/** The table's name in the database, given its name in the project's files. */
export function physicalTableName(prefix: TablePrefix | null, written: string): string {
  if (prefix === null || !written.startsWith(prefix.written)) return written;
  return prefix.actual + written.slice(prefix.written.length);
}

/** The table's name in the project's files, given its name in the database. */
export function writtenTableName(prefix: TablePrefix | null, physical: string): string {
  if (prefix === null || !physical.startsWith(prefix.actual)) return physical;
  return prefix.written + physical.slice(prefix.actual.length);
}

/** Where the server is, as a person would name it: `127.0.0.1:3306` or the socket's path. */
export function serverAddress(config: Pick<DatabaseConfig, 'host' | 'port' | 'socketPath'>): string {
  return config.socketPath ?? `${config.host}:${config.port}`;
}
