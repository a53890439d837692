import { readFile } from 'node:fs/promises';
import type { Knex } from 'knex';
import type { DatabaseConfig, TlsConfig } from '../config/database-config.ts';
import { ConfigurationError } from '../errors.ts';

/**
 * What each session is set to, once, when its connection is made.
 *
 * - `time_zone`: a TIMESTAMP reads as the same instant wherever the client runs.
 * - `sql_mode`: ours, since ANSI_QUOTES or NO_BACKSLASH_ESCAPES on the server would change what our quoting means, and
 *   NO_ZERO_DATE would make an ALTER fail on a table whose column has a zero date as its default.
 * - `lock_wait_timeout`: seconds; the servers' defaults (a day, a year) let a waiting DDL stall a whole table.
 */
export const SESSION_SETUP =
  "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', lock_wait_timeout = 5";

/** The driver's options, with those that knex's types leave out. */
export interface DriverSettings extends Knex.MySql2ConnectionConfig {
  jsonStrings: boolean;
  ssl?: TlsOptions;
}

interface TlsOptions extends Knex.MariaSslConfiguration {
  /** Whether the certificate must name the host. */
  verifyIdentity: boolean;
}

/** The driver's options for a database. Reads the certificate files; a file that cannot be read is a fault. */
export async function driverSettings(config: DatabaseConfig, useTls: boolean): Promise<DriverSettings> {
  return {
    ...(config.socketPath === null
      ? { host: config.host, port: config.port }
      : { socketPath: config.socketPath }),
    user: config.user,
    password: config.password.reveal(),
    database: config.schema,
    charset: 'utf8mb4',
    timezone: 'Z',
    // Values stay the server's own: no Date loses microseconds, no BIGINT loses digits, no JSON is parsed.
    dateStrings: true,
    supportBigNumbers: true,
    jsonStrings: true,
    flags: '-LOCAL_FILES',
    connectTimeout: config.pool.connectTimeoutSeconds * 1000,
    enableKeepAlive: true,
    connectAttributes: { program_name: 'tidemark' },
    ...(useTls ? { ssl: await tlsOptions(config.tls) } : {}),
  };
}

/** Whether the first attempt to connect asks for TLS. A socket stays on the machine and needs none. */
export function asksForTls(config: DatabaseConfig): boolean {
  if (config.tls.mode === 'disabled') return false;
  return config.socketPath === null || config.tls.mode !== 'preferred';
}

/** The server cannot do TLS, which `preferred` puts up with. */
export function isTlsUnsupported(error: unknown): boolean {
  return error instanceof Error && (error as { code?: string }).code === 'HANDSHAKE_NO_SSL_SUPPORT';
}

async function tlsOptions(tls: TlsConfig): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all([tls.caFile, tls.certificateFile, tls.keyFile].map(readPem));
  return {
    rejectUnauthorized: tls.mode === 'verify',
    verifyIdentity: tls.mode === 'verify',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function readPem(file: string | null): Promise<string | undefined> {
  if (file === null) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError([`cannot read the certificate file ${file}: ${(error as Error).message}`], {
      cause: error,
      hint: 'check NAME_DB_SSL_CA, NAME_DB_SSL_CERT and NAME_DB_SSL_KEY',
    });
  }
}
