import { callbackify } from 'node:util';
import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { setUpSession } from './driver-connection.ts';
import type { DriverSettings } from './driver-settings.ts';
import { timerMillis } from './timer.ts';

type Callback = (error: Error | null, connection: Connection) => void;

/**
 * Knex's configuration of one database for the knex CLI, which makes and ends its pool itself: the same driver and the
 * same session as tidemark's own pool.
 */
export function knexConfig({ pool }: DatabaseConfig, settings: DriverSettings): Knex.Config {
  return {
    client: 'mysql2',
    connection: settings as Knex.StaticConnectionConfig,
    pool: {
      min: 0,
      max: pool.size,
      acquireTimeoutMillis: timerMillis(pool.acquireTimeoutSeconds),
      afterCreate(connection: Connection, done: Callback) {
        callbackify(setUpSession)(connection, (error) => done(error, connection));
      },
    },
  };
}
