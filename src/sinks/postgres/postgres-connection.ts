import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Client, type ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import pgpass from 'pgpass';
import type { PostgresAddress } from './postgres-address.ts';
import { explainPostgresError, isLockTimeout, isSerializationFailure, lockedBy } from './postgres-errors.ts';

/** Seconds to reach the server. */
const CONNECT_SECONDS = 10;
/** Seconds that a statement waits for a lock: everybody who comes after it waits as long. */
const LOCK_SECONDS = 2;
/** How often a transaction is tried that waited in vain. */
const LOCK_ATTEMPTS = 5;

/**
 * What every transaction sets for itself, since behind PgBouncer each may have another session: times are in UTC, no
 * limit of the server's set-up ends a load, and a lock that others hold is waited for only so long.
 */
const TRANSACTION_SETTINGS = [
  'BEGIN ISOLATION LEVEL READ COMMITTED',
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL DateStyle = 'ISO, YMD'",
  'SET LOCAL search_path = pg_catalog, pg_temp',
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
  'SET LOCAL row_security = off',
  `SET LOCAL lock_timeout = '${LOCK_SECONDS}s'`,
  'SET LOCAL extra_float_digits = 1',
].join('; ');

export type PostgresRow = Readonly<Record<string, unknown>>;

/** One connection, whose errors say what to do. */
export class PostgresConnection implements AsyncDisposable {
  readonly address: PostgresAddress;
  readonly #client: Client;
  /** The sink's own is used for all of its tables at once; the driver is about to take its queue of statements away. */
  readonly #turn = pLimit(1);

  private constructor(address: PostgresAddress, client: Client) {
    this.address = address;
    this.#client = client;
  }

  /** Throws a ConfigurationError for a login that is refused, and a WorkFailedError where nobody answers. */
  static async open(address: PostgresAddress): Promise<PostgresConnection> {
    const login = parseIntoClientConfig(address.connectionString);
    const client = new Client({
      ...login,
      password: (login.password ?? '') === '' ? () => passwordFromFile(login) : login.password,
      application_name: 'tidemark',
      connectionTimeoutMillis: CONNECT_SECONDS * 1000,
      keepAlive: true,
    });
    // An `error` event that nobody hears would end the process; the statement that is under way fails as well.
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw explainPostgresError(error, address.location);
    }
    return new PostgresConnection(address, client);
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    try {
      const result = await this.#turn(() =>
        this.#client.query(sql, values.length === 0 ? undefined : [...values]),
      );
      return result.rowCount ?? 0;
    } catch (error) {
      throw explainPostgresError(error, this.address.location);
    }
  }

  async rows(sql: string, values: readonly unknown[] = []): Promise<readonly PostgresRow[]> {
    try {
      const result = await this.#turn(() =>
        this.#client.query<PostgresRow>(sql, values.length === 0 ? undefined : [...values]),
      );
      return result.rows;
    } catch (error) {
      throw explainPostgresError(error, this.address.location);
    }
  }

  async value(sql: string, values: readonly unknown[] = []): Promise<unknown> {
    return Object.values((await this.rows(sql, values))[0] ?? {})[0] ?? null;
  }

  async begin(): Promise<void> {
    await this.run(TRANSACTION_SETTINGS);
  }

  /** Rolls back if a transaction is open; a connection that is gone has nothing to roll back. */
  async rollback(): Promise<void> {
    await this.#client.query('ROLLBACK').catch(() => undefined);
  }

  /**
   * Runs in a transaction; an error rolls it back and is thrown. One that waited too long for a lock, or that the server
   * broke off because of another one, is tried again. `table`, as SQL writes its name, is what the lock must have been
   * waited for: the error then names the sessions that use it.
   */
  async transaction<Result>(work: () => Promise<Result>, table: string | null = null): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.begin();
        const result = await work();
        await this.run('COMMIT');
        return result;
      } catch (error) {
        await this.rollback();
        const again = isLockTimeout(error) || isSerializationFailure(error);
        if (!again) throw error;
        if (attempt === LOCK_ATTEMPTS)
          throw isLockTimeout(error) ? await this.#whoBlocks(table, error) : error;
        await sleep(250 * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  }

  /** What is said of a lock that was waited for in vain: the wait is over, so whoever holds a lock on the table now. */
  async #whoBlocks(table: string | null, error: unknown): Promise<unknown> {
    if (table === null) return error;
    const holders = await this.rows(
      `SELECT DISTINCT activity.pid, usename, application_name, state, xact_start, left(query, 60) AS query
         FROM pg_catalog.pg_locks AS held JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = held.pid
        WHERE held.relation = to_regclass($1) AND held.granted AND held.pid <> pg_backend_pid()
        ORDER BY xact_start LIMIT 3`,
      [table],
    ).catch(() => []);
    const names = holders.map(
      ({ pid, usename, application_name: program, state, query }) =>
        `backend ${String(pid)} of ${String(usename)}${program === '' ? '' : ` (${String(program)})`}, ${String(state)}: ${String(query)}`,
    );
    return lockedBy(error, this.address.location, table, names);
  }

  /** Begins a COPY … FROM STDIN in whatever transaction is open. */
  copy(sql: string): PostgresCopy {
    return new PostgresCopy(this.#client.query(copyFrom(sql)), this.address.location);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}

/** The password that the user's password file has for a login; an empty one where it has none. */
async function passwordFromFile({
  host = '',
  port = 5432,
  database = '',
  user = '',
}: ClientConfig): Promise<string> {
  return new Promise((resolve) => {
    pgpass({ host, port, database, user }, (password) => {
      resolve(password ?? '');
    });
  });
}

/** Rows on their way to the server. */
export class PostgresCopy {
  readonly #stream: CopyStreamQuery;
  readonly #location: string;
  #failure: unknown = null;
  readonly #ended: Promise<void>;

  constructor(stream: CopyStreamQuery, location: string) {
    this.#stream = stream;
    this.#location = location;
    this.#ended = new Promise((resolve) => {
      stream.once('finish', resolve);
      stream.once('error', (error) => {
        this.#failure = error;
        resolve();
      });
    });
  }

  /** Hands bytes on; resolves when the socket has room for more. Throws what the server said of earlier ones. */
  async write(bytes: Buffer): Promise<void> {
    this.#throwFailure();
    if (this.#stream.write(bytes)) return;
    await Promise.race([new Promise((resolve) => this.#stream.once('drain', resolve)), this.#ended]);
    this.#throwFailure();
  }

  async end(): Promise<void> {
    this.#stream.end();
    await this.#ended;
    this.#throwFailure();
  }

  /** Breaks the COPY off: the server discards what it got. */
  async abort(): Promise<void> {
    if (this.#failure === null) this.#stream.destroy(new Error('the load was broken off'));
    await this.#ended;
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw explainPostgresError(this.#failure, this.#location);
  }
}
