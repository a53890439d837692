import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { type DriverSettings, SESSION_SETUP } from './driver-settings.ts';

type Callback = (error: Error | null | undefined, connection: Connection) => void;

/** Knex's configuration of one database: the driver's settings and a pool that tests what it hands out. */
export function knexConfig(config: DatabaseConfig, settings: DriverSettings): Knex.Config {
  const { pool } = config;
  return {
    client: 'mysql2',
    connection: settings,
    pool: {
      min: 0,
      max: pool.size + pool.maxOverflow,
      acquireTimeoutMillis: pool.acquireTimeoutSeconds * 1000,
      createTimeoutMillis: pool.connectTimeoutSeconds * 1000,
      maxConnectionLifetimeMillis: pool.recycleSeconds * 1000,
      afterCreate(connection: Connection, done: Callback) {
        connection.query(SESSION_SETUP, (error) => done(error, connection));
      },
      ...(pool.prePing ? { validate: answersPing } : {}),
    },
  };
}

/** Asks the server whether the connection still lives, before it is handed out. */
function answersPing(connection: Connection): Promise<boolean> {
  return new Promise((resolve) => {
    connection.ping((error) => resolve(error === null || error === undefined));
  });
}
