import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection } from 'mysql2/promise';
import { isConnectionLost, isServerUnreachable } from '../../../../src/databases/server-errors.ts';
import type { PrivateTestServer } from '../../../support/private-test-server.ts';
import type { SchemaSettings } from '../../../support/schemas.ts';
import { SeededRandom } from './random.ts';

/** Where the writers and those who disturb them work side by side until they are told to stop. */
export class Scene {
  readonly server: PrivateTestServer;
  readonly signal: AbortSignal;
  /** How often what was done. */
  readonly done = new Map<string, number>();
  readonly #settings: SchemaSettings;
  readonly #mayCrash: boolean;
  #seed: number;

  constructor(options: {
    readonly server: PrivateTestServer;
    readonly settings: SchemaSettings;
    readonly signal: AbortSignal;
    readonly seed: number;
    /** Whether a lost connection is part of the scene; else it is an error. */
    readonly mayCrash: boolean;
  }) {
    this.server = options.server;
    this.signal = options.signal;
    this.#settings = options.settings;
    this.#mayCrash = options.mayCrash;
    this.#seed = options.seed;
  }

  get schema(): string {
    return this.#settings.schema;
  }

  /** Numbers of one's own, the same for the same seed and order. */
  random(): SeededRandom {
    this.#seed += 1;
    return new SeededRandom(this.#seed);
  }

  count(what: string, times = 1): void {
    this.done.set(what, (this.done.get(what) ?? 0) + times);
  }

  /** Waits so long, in milliseconds, or until the scene ends. */
  async pause(least: number, most: number, random: SeededRandom): Promise<void> {
    await sleep(random.between(least, most), undefined, { signal: this.signal }).catch(() => undefined);
  }

  async connect(): Promise<Connection> {
    const { host, port, user, password, schema } = this.#settings;
    const connection = await createConnection({
      host,
      port,
      user,
      password,
      database: schema,
      charset: 'utf8mb4',
    });
    // A connection that dies while nobody uses it would end the process; its next use fails in any case.
    connection.on('error', () => undefined);
    await connection.query(
      "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 1, lock_wait_timeout = 10",
    );
    return connection;
  }

  /**
   * Does the step on a connection again and again until the scene ends. A step that loses against others, or whose
   * server crashes, leaves its connection, and with it whatever it had begun, and goes on with a new one.
   */
  async repeat(step: (connection: Connection) => Promise<void>): Promise<void> {
    await this.again(async () => {
      const connection = await this.connect();
      try {
        while (!this.signal.aborted) await step(connection);
      } finally {
        connection.destroy();
      }
    });
  }

  /** Does the step again and again until the scene ends, also where it loses against others. */
  async again(step: () => Promise<void>): Promise<void> {
    while (!this.signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (!this.tolerates(error)) throw error;
        await sleep(100);
      }
    }
  }

  /** What must be done once, also after the scene has ended. */
  async surely(work: (connection: Connection) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        const connection = await this.connect();
        try {
          return await work(connection);
        } finally {
          connection.destroy();
        }
      } catch (error) {
        if (!this.tolerates(error)) throw error;
        await sleep(100);
      }
    }
  }

  tolerates(error: unknown): boolean {
    return (
      lostAgainstOthers(error) || (this.#mayCrash && (isConnectionLost(error) || isServerUnreachable(error)))
    );
  }
}

/**
 * 1205, 1213: waited for somebody's locks for too long, or in a circle. 1020: a row changed since it was read. 1412: the
 * table was rebuilt within the transaction. 1317: cut off. 1467: waited for the lock of AUTO_INCREMENT for too long.
 */
export function lostAgainstOthers(error: unknown): boolean {
  return [1205, 1213, 1020, 1412, 1317, 1467].includes((error as { errno?: number }).errno ?? 0);
}
