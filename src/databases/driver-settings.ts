import type { ConnectionOptions } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { timerMillis } from './timer.ts';
import { socketForIdentityCheck, tlsOptions } from './tls.ts';

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
