import type { ConnectionOptions } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { timerMillis } from './timer.ts';
import { socketForIdentityCheck, tlsOptions } from './tls.ts';

/**
 * What each session is set to, once, when its connection is made.
 *
 * - `time_zone`: a TIMESTAMP reads as the same instant wherever the client runs.
 * - `sql_mode`: ours, since ANSI_QUOTES or NO_BACKSLASH_ESCAPES on the server would change what our quoting means, and
 *   NO_ZERO_DATE would make an ALTER fail on a table whose column has a zero date as its default. Without
 *   ALLOW_INVALID_DATES MySQL refuses a query that goes on after a row of February 30.
 * - `lock_wait_timeout`: seconds; the servers' defaults (a day, a year) let a waiting DDL stall a whole table.
 */
export const SESSION_SETUP =
  "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES', lock_wait_timeout = 5";

export type DriverSettings = ConnectionOptions;

/**
 * The driver's options for a database. Reads the certificate files; throws a ConfigurationError for one that cannot be
 * read or used.
 */
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
    flags: ['-LOCAL_FILES'],
    connectTimeout: timerMillis(config.pool.connectTimeoutSeconds),
    enableKeepAlive: true,
    connectAttributes: { program_name: 'tidemark' },
    ...(useTls ? { ssl: await tlsOptions(config) } : {}),
    ...(useTls && config.tls.mode === 'verify' ? socketForIdentityCheck(config) : {}),
  };
}
