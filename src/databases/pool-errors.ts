import { type DatabaseConfig, serverAddress } from '../config/database-config.ts';
import { environmentPrefix } from '../config/environment.ts';
import { WorkFailedError } from '../errors.ts';
import { type Holder, describeHolders } from './pool-checkouts.ts';
import type { PoolStatus } from './pool-status.ts';

/** The errors of a pool itself, in the words of its database. */
export interface PoolRefusals {
  timedOut(status: PoolStatus, holders: readonly Holder[]): WorkFailedError;
  closed(): WorkFailedError;
  leaked(holders: readonly Holder[]): WorkFailedError;
}

export function poolRefusals(config: DatabaseConfig): PoolRefusals {
  const where = `database "${config.name}" (${config.user}@${serverAddress(config)})`;
  const prefix = environmentPrefix(config.name);
  const { size, maxOverflow, acquireTimeoutSeconds } = config.pool;
  return {
    timedOut({ connecting, waiting }, holders) {
      const open = connecting > 0 ? `, ${connecting} still being opened` : '';
      const queue = waiting > 1 ? `, ${waiting} callers waiting` : '';
      const message =
        `${where}: no connection was free within ${acquireTimeoutSeconds} s: ` +
        `${holders.length} of ${size + maxOverflow} in use${open}${queue}`;
      return new WorkFailedError(holders.length === 0 ? message : `${message}\n${describeHolders(holders)}`, {
        hint: [
          'return connections sooner, or do less at once',
          `or raise ${prefix}_DB_POOL_SIZE (${size}), ${prefix}_DB_MAX_OVERFLOW (${maxOverflow}) or ` +
            `${prefix}_DB_POOL_TIMEOUT (${acquireTimeoutSeconds}); each also without "${prefix}_", for every database`,
        ],
      });
    },
    closed: () =>
      new WorkFailedError(`${where}: the connection pool is closed`, {
        hint: 'finish the work before the database is disposed of',
      }),
    leaked: (holders) =>
      new WorkFailedError(
        `${where}: ${holders.length} connection(s) were not returned\n${describeHolders(holders)}`,
        { hint: 'dispose of every session: await using session = await database.session()' },
      ),
  };
}
