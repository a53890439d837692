import { hostname } from 'node:os';
import { RefusedError, SinkHeldError } from '../../errors.ts';
import type { TableName } from '../sink.ts';
import type { PostgresConnection } from './postgres-connection.ts';

/** Seconds after which whoever claimed a table and was not seen since is taken for dead, or cut off. */
const LEASE_SECONDS = 60;
/** Seconds between two signs of life. */
const SEEN_SECONDS = 15;

/**
 * The right to write one table. A claim has an epoch that rises with each; every commit confirms its own in the
 * transaction that writes, so a process that lost its claim, because it was paused or cut off from the network, can commit
 * nothing: the claim's row has another epoch by then, and two transactions cannot both change it.
 */
export class Claim implements AsyncDisposable {
  readonly #connection: PostgresConnection;
  readonly #table: TableName;
  readonly #epoch: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(connection: PostgresConnection, table: TableName, epoch: string) {
    this.#connection = connection;
    this.#table = table;
    this.#epoch = epoch;
    this.#timer = setInterval(() => void this.#seen().catch(() => undefined), SEEN_SECONDS * 1000);
    this.#timer.unref();
  }

  /**
   * Claims a table. `connection` is the sink's own, which is in no transaction: its end tells others that the holder is
   * gone. Throws a SinkHeldError while another process has the table.
   */
  static async take(connection: PostgresConnection, table: TableName): Promise<Claim> {
    const { database, table: name } = table;
    const rows = await connection.rows(
      `INSERT INTO _tidemark.claims AS claim
       SELECT $1, $2, 1, $3 || ', backend ' || pid, pid, backend_start, now() FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()
       ON CONFLICT (database, table_name) DO UPDATE
          SET epoch = claim.epoch + 1, holder = excluded.holder, backend_pid = excluded.backend_pid,
              backend_start = excluded.backend_start, seen_at = excluded.seen_at
        WHERE claim.backend_pid IS NULL OR claim.seen_at < now() - make_interval(secs => ${LEASE_SECONDS})
           OR NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS activity
                           WHERE activity.pid = claim.backend_pid
                             -- Of other users' sessions the start may not be shown.
                             AND coalesce(activity.backend_start, claim.backend_start) = claim.backend_start)
       RETURNING epoch`,
      [database, name, hostname()],
    );
    if (rows[0] !== undefined) return new Claim(connection, table, String(rows[0]['epoch']));
    const other = String(
      await connection.value('SELECT holder FROM _tidemark.claims WHERE database = $1 AND table_name = $2', [
        database,
        name,
      ]),
    );
    throw new SinkHeldError(`another process writes ${database}.${name}: ${other}`, {
      holder: other,
      hint: 'wait until it has ended; other tables can be written at the same time',
    });
  }

  /** Confirms the claim in the transaction that a connection is in. Throws a RefusedError for a claim that was lost. */
  async confirm(connection: PostgresConnection): Promise<void> {
    if ((await this.#seen(connection)) === 1) return;
    throw new RefusedError(
      `${this.#table.database}.${this.#table.table}: another process took the table over; nothing of this one was committed since`,
      { hint: 'let the other one finish; this process was paused or cut off for too long' },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection
      .run(
        'UPDATE _tidemark.claims SET backend_pid = NULL WHERE database = $1 AND table_name = $2 AND epoch = $3',
        [this.#table.database, this.#table.table, this.#epoch],
      )
      // Whoever comes next sees that the connection is gone.
      .catch(() => undefined);
  }

  #seen(connection = this.#connection): Promise<number> {
    return connection.run(
      'UPDATE _tidemark.claims SET seen_at = now() WHERE database = $1 AND table_name = $2 AND epoch = $3',
      [this.#table.database, this.#table.table, this.#epoch],
    );
  }
}
