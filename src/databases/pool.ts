import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2';
import { Pool, TimeoutError } from 'tarn';
import type { PoolConfig } from '../config/database-config.ts';
import type { Connector } from './connector.ts';
import { answersPing, breakConnection, closeConnection, isBroken } from './driver-connection.ts';
import { Checkouts, type Holder } from './pool-checkouts.ts';
import type { PoolRefusals } from './pool-errors.ts';
import type { CloseReason, PoolEvent, PoolListener } from './pool-events.ts';
import type { PoolStatus } from './pool-status.ts';
import { isTooManyConnections } from './server-errors.ts';
import { timerMillis } from './timer.ts';

/** A server that lives answers a ping in less; a longer silence is a network that swallows packets. */
const LONGEST_PING_SECONDS = 5;
/** How long to wait for another client to leave a server that has no connection left. */
const NO_ROOM_RETRY_MILLIS = 200;

type PendingAcquire = ReturnType<Pool<Connection>['acquire']>;

export interface ConnectionPoolOptions {
  readonly config: PoolConfig;
  readonly open: Connector;
  readonly refusals: PoolRefusals;
  readonly onEvent: PoolListener | undefined;
}

interface Member {
  readonly openedAt: number;
  closeReason: CloseReason | null;
}

/**
 * The pool of one database: knex's own (tarn), with the semantics of SQLAlchemy's QueuePool. `size` connections are
 * kept, `maxOverflow` more are opened under load and closed when returned; a connection that is too old or does not
 * answer is replaced before the caller sees it.
 */
export class ConnectionPool extends Pool<Connection> {
  readonly #config: PoolConfig;
  readonly #open: Connector;
  readonly #refusals: PoolRefusals;
  readonly #members = new Map<Connection, Member>();
  readonly #checkouts: Checkouts;
  readonly #listeners = new Set<PoolListener>();
  readonly #closing = new AbortController();
  /** Idle connections opened before this moment are replaced: the network that they went through swallows packets. */
  #trustedSince = 0;
  #closed: Promise<readonly Holder[]> | null = null;

  constructor({ config, open, refusals, onEvent }: ConnectionPoolOptions) {
    const acquireTimeoutMillis = timerMillis(config.acquireTimeoutSeconds);
    super({
      create: () => this.#create(),
      destroy: (connection) => this.#destroy(connection),
      // Down to `size`, so tarn's reaper closes only what is idle beyond it.
      min: config.size,
      max: config.size + config.maxOverflow,
      acquireTimeoutMillis,
      // Opening is bounded by `open` itself, which can also cancel it; tarn would only forget it.
      createTimeoutMillis: timerMillis(config.acquireTimeoutSeconds + config.connectTimeoutSeconds),
      propagateCreateError: true,
    });
    this.#config = config;
    this.#open = open;
    this.#refusals = refusals;
    this.#checkouts = new Checkouts({
      limitSeconds: config.leakLimitSeconds,
      onHeldLong: (holder) => this.#emit({ kind: 'held-long', holder }),
    });
    if (onEvent !== undefined) this.#listeners.add(onEvent);
  }

  /** Calls the listener for every event from now on; the function returned ends that. */
  subscribe(listener: PoolListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): PoolStatus {
    const open = this.used.length + this.free.length;
    const now = performance.now();
    return {
      size: this.#config.size,
      maxOverflow: this.#config.maxOverflow,
      inUse: this.used.length,
      idle: this.free.length,
      overflow: Math.max(0, open - this.#config.size),
      waiting: this.pendingAcquires.length,
      connecting: this.pendingCreates.length,
      connections: [...this.#members].map(([connection, { openedAt }]) => ({
        connectionId: connection.threadId,
        ageSeconds: (now - openedAt) / 1000,
        state: this.#checkouts.has(connection) ? 'in use' : 'idle',
      })),
    };
  }

  holders(): readonly Holder[] {
    return this.#checkouts.holders();
  }

  /**
   * As tarn's. Its promise rejects with a WorkFailedError that names the holders where no connection was free in time,
   * and with the driver's error where none could be opened.
   */
  override acquire(): PendingAcquire {
    const since = performance.now();
    const trace = new Error();
    const pending = super.acquire();
    if (this.#closed !== null) pending.reject(this.#refusals.closed());
    pending.promise = pending.promise.then(
      (connection) => {
        this.#checkouts.begin(connection, trace);
        const waitSeconds = (performance.now() - since) / 1000;
        this.#emit({ kind: 'acquired', connectionId: connection.threadId, waitSeconds });
        return connection;
      },
      (reason: unknown) => {
        const error = reason instanceof TimeoutError ? this.#timedOut() : reason;
        const waitSeconds = (performance.now() - since) / 1000;
        this.#emit({ kind: 'acquire-failed', error, waitSeconds });
        throw error;
      },
    );
    return pending;
  }

  override release(connection: Connection): boolean {
    const heldSeconds = this.#checkouts.end(connection);
    if (!super.release(connection)) return false;
    if (heldSeconds !== null) {
      this.#emit({ kind: 'released', connectionId: connection.threadId, heldSeconds });
    }
    if (isBroken(connection)) this.#retire(connection, 'dead');
    else if (this.free.length > this.#config.size) this.#retire(connection, 'overflow');
    return true;
  }

  /**
   * Refuses every further checkout, waits for those that are out, and closes all connections. What is still out after
   * `graceSeconds` is broken off and returned as leaked. A second call gets the first one's answer.
   */
  close(graceSeconds: number): Promise<readonly Holder[]> {
    this.#closed ??= this.#close(graceSeconds);
    return this.#closed;
  }

  async #close(graceSeconds: number): Promise<readonly Holder[]> {
    // Tarn hands out and opens nothing from here on.
    this.destroyed = true;
    this.#closing.abort();
    for (const waiting of this.pendingAcquires) waiting.reject(this.#refusals.closed());
    await this.#returned(graceSeconds);
    const leaked = this.#checkouts.holders();
    for (const holder of leaked) this.#emit({ kind: 'leaked', holder });
    for (const connection of this.#checkouts.connections) {
      breakConnection(connection);
      this.release(connection);
    }
    await this.destroy();
    return leaked;
  }

  /** Waits until nothing is out, at most so long. */
  async #returned(graceSeconds: number): Promise<void> {
    const enough = new AbortController();
    await Promise.race([
      Promise.all(this.used.map(({ promise }) => promise)),
      sleep(timerMillis(graceSeconds), undefined, { signal: enough.signal }).catch(() => {}),
    ]);
    enough.abort();
  }

  async #create(): Promise<Connection> {
    // Before the caller's own time is up, so that it is told of the limit and not only of the time.
    const giveUpAt = performance.now() + 0.9 * timerMillis(this.#config.acquireTimeoutSeconds);
    for (;;) {
      const since = performance.now();
      try {
        const connection = await this.#open(this.#closing.signal);
        return this.#admit(connection, since);
      } catch (error) {
        this.#emit({ kind: 'connect-failed', error, seconds: (performance.now() - since) / 1000 });
        // With some of our own out, the caller is better served by waiting: one comes back, or another client leaves.
        const waits =
          isTooManyConnections(error) && this.#checkouts.count > 0 && performance.now() < giveUpAt;
        if (!waits) throw error;
      }
      await sleep(NO_ROOM_RETRY_MILLIS, undefined, { signal: this.#closing.signal });
    }
  }

  #admit(connection: Connection, since: number): Connection {
    const openedAt = performance.now();
    this.#members.set(connection, { openedAt, closeReason: null });
    connection.on('error', () => this.#retire(connection, 'dead'));
    this.#emit({
      kind: 'connected',
      connectionId: connection.threadId,
      seconds: (openedAt - since) / 1000,
    });
    return connection;
  }

  /** Tarn asks this before it hands out an idle connection, and destroys those that are not fit. */
  override async _validateResource(connection: Connection): Promise<boolean> {
    const member = this.#members.get(connection);
    if (member === undefined) return false;
    member.closeReason = await this.#unfitness(connection, member);
    return member.closeReason === null;
  }

  async #unfitness(connection: Connection, { openedAt }: Member): Promise<CloseReason | null> {
    const now = performance.now();
    if (isBroken(connection)) return 'dead';
    if (now - openedAt > this.#config.recycleSeconds * 1000) return 'recycled';
    if (openedAt < this.#trustedSince) return 'invalidated';
    if (!this.#config.prePing) return null;
    const answer = await answersPing(connection, this.#pingMillis());
    if (answer === 'alive') return null;
    // Each of the others would make a caller wait as long; a dead one costs no time and says nothing of the others.
    if (answer === 'stalled') this.#trustedSince = now;
    return 'ping-failed';
  }

  #pingMillis(): number {
    return timerMillis(Math.min(LONGEST_PING_SECONDS, this.#config.connectTimeoutSeconds));
  }

  /** Closes a connection that is idle; one that is out or being tested is judged when that ends. */
  #retire(connection: Connection, reason: CloseReason): void {
    const index = this.free.findIndex(({ resource }) => resource === connection);
    const member = this.#members.get(connection);
    if (index === -1 || member === undefined) return;
    const [idle] = this.free.splice(index, 1);
    idle?.settle();
    member.closeReason = reason;
    void this._destroy(connection);
  }

  async #destroy(connection: Connection): Promise<void> {
    const member = this.#members.get(connection);
    if (member !== undefined) {
      this.#members.delete(connection);
      this.#emit({
        kind: 'closed',
        connectionId: connection.threadId,
        // Only tarn's reaper and its `destroy` close a connection without a reason of ours.
        reason: member.closeReason ?? (this.#closed === null ? 'overflow' : 'shutdown'),
        ageSeconds: (performance.now() - member.openedAt) / 1000,
      });
    }
    await closeConnection(connection);
  }

  #timedOut(): Error {
    return this.#refusals.timedOut(this.status(), this.holders());
  }

  #emit(event: PoolEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
