import type { Connection } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { openConnection } from './driver-connection.ts';
import { type DriverSettings, driverSettings } from './driver-settings.ts';
import { readingSocket } from './reading-socket.ts';
import { isTlsUnsupported } from './server-errors.ts';
import { timerMillis } from './timer.ts';
import { asksForTls } from './tls.ts';

/** Opens one connection of a database, logged in and set up; gives up when the signal is aborted. */
export type Connector = (signal: AbortSignal) => Promise<Connection>;

/**
 * The connector of a database. With `preferred`, a server that cannot do TLS is talked to without, and remembered.
 * Throws a ConfigurationError for TLS files that do not work.
 */
export async function connectorOf(config: DatabaseConfig): Promise<Connector> {
  const timeoutMillis = timerMillis(config.pool.connectTimeoutSeconds);
  let settings = await connectionSettings(config, asksForTls(config));
  return async (signal) => {
    try {
      return await openConnection(settings, { timeoutMillis, signal });
    } catch (error) {
      if (config.tls.mode !== 'preferred' || !isTlsUnsupported(error)) throw error;
      settings = await connectionSettings(config, false);
      return openConnection(settings, { timeoutMillis, signal });
    }
  };
}

async function connectionSettings(config: DatabaseConfig, useTls: boolean): Promise<DriverSettings> {
  const settings = await driverSettings(config, useTls);
  // TLS decrypts into memory of its own, and would not notice.
  return useTls ? settings : { ...settings, stream: () => readingSocket(config) };
}
