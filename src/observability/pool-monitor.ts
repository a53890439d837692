import type { Database } from '../databases/database.ts';
import type { Holder } from '../databases/pool-checkouts.ts';
import type { CloseReason, PoolEvent } from '../databases/pool-events.ts';
import type { PoolStatus } from '../databases/pool-status.ts';
import type { PoolReport, PoolSample } from './pool-report.ts';
import { WaitHistogram } from './wait-histogram.ts';

/** Watches a pool from its creation until it is disposed of. */
export interface PoolMonitor extends AsyncDisposable {
  /** The pool now. */
  status(): PoolStatus;
  /** Everything seen so far; after the disposal, up to it. */
  report(): PoolReport;
}

export interface MonitorOptions {
  /** Distance of two samples, in seconds. */
  readonly sampleSeconds?: number;
  /** How many samples are kept; older ones are dropped. */
  readonly keptSamples?: number;
}

/** Starts to watch the pool of a database: `await using monitor = monitorPool(database)`. */
export function monitorPool(
  database: Pick<Database, 'name' | 'pool'>,
  options: MonitorOptions = {},
): PoolMonitor {
  return new Monitor(database, { sampleSeconds: 1, keptSamples: 600, ...options });
}

class Monitor implements PoolMonitor {
  readonly #database: Pick<Database, 'name' | 'pool'>;
  readonly #startedAt = new Date();
  readonly #since = performance.now();
  readonly #wait = new WaitHistogram();
  readonly #closed: Record<CloseReason, number> = {
    recycled: 0,
    dead: 0,
    'ping-failed': 0,
    invalidated: 0,
    overflow: 0,
    shutdown: 0,
  };
  readonly #heldLong: Holder[] = [];
  readonly #leaks: Holder[] = [];
  readonly #samples: PoolSample[] = [];
  readonly #agesAtShutdown: number[] = [];
  readonly #unsubscribe: () => void;
  readonly #sampling: NodeJS.Timeout;
  #acquireFailures = 0;
  #opened = 0;
  #connectFailures = 0;
  #peakInUse: number;
  #peakWaiting = 0;
  /** Connection-seconds of the checkouts that have ended. */
  #heldSeconds = 0;
  #final: PoolReport | null = null;

  constructor(database: Pick<Database, 'name' | 'pool'>, options: Required<MonitorOptions>) {
    this.#database = database;
    this.#peakInUse = database.pool.status().inUse;
    this.#unsubscribe = database.pool.subscribe((event) => this.#hear(event));
    this.#sampling = setInterval(() => this.#sample(options.keptSamples), options.sampleSeconds * 1000);
    this.#sampling.unref();
  }

  status(): PoolStatus {
    return this.#database.pool.status();
  }

  report(): PoolReport {
    return this.#final ?? this.#report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#final ??= this.#report();
    this.#unsubscribe();
    clearInterval(this.#sampling);
  }

  #hear(event: PoolEvent): void {
    switch (event.kind) {
      case 'connected':
        this.#opened += 1;
        break;
      case 'connect-failed':
        this.#connectFailures += 1;
        break;
      case 'acquired':
        this.#wait.record(event.waitSeconds);
        this.#notePeaks();
        break;
      case 'acquire-failed':
        this.#acquireFailures += 1;
        this.#notePeaks();
        break;
      case 'released':
        this.#heldSeconds += this.#watchedPartOf(event.heldSeconds);
        break;
      case 'closed':
        this.#closed[event.reason] += 1;
        if (event.reason === 'shutdown') this.#agesAtShutdown.push(event.ageSeconds);
        break;
      case 'held-long':
        this.#heldLong.push(event.holder);
        break;
      case 'leaked':
        this.#leaks.push(event.holder);
        break;
    }
  }

  #notePeaks(): void {
    const { inUse, waiting } = this.status();
    this.#peakInUse = Math.max(this.#peakInUse, inUse);
    this.#peakWaiting = Math.max(this.#peakWaiting, waiting);
  }

  #sample(kept: number): void {
    const { inUse, idle, overflow, waiting } = this.status();
    this.#notePeaks();
    this.#samples.push({ at: new Date().toISOString(), inUse, idle, overflow, waiting });
    if (this.#samples.length > kept) this.#samples.shift();
  }

  /** A checkout may have begun before the monitor did. */
  #watchedPartOf(heldSeconds: number): number {
    return Math.min(heldSeconds, this.#watchedSeconds());
  }

  #watchedSeconds(): number {
    return (performance.now() - this.#since) / 1000;
  }

  #report(): PoolReport {
    const { size, maxOverflow, connections } = this.status();
    const held = this.#database.pool
      .holders()
      .reduce((sum, { heldSeconds }) => sum + this.#watchedPartOf(heldSeconds), this.#heldSeconds);
    const mean = held / this.#watchedSeconds();
    return {
      database: this.#database.name,
      startedAt: this.#startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      size,
      maxOverflow,
      checkouts: this.#wait.count,
      acquireFailures: this.#acquireFailures,
      wait: this.#wait.summary(),
      inUse: { peak: this.#peakInUse, mean },
      utilisation: mean / size,
      peakWaiting: this.#peakWaiting,
      connectionsOpened: this.#opened,
      connectFailures: this.#connectFailures,
      connectionsClosed: { ...this.#closed },
      connectionAges: [...this.#agesAtShutdown, ...connections.map(({ ageSeconds }) => ageSeconds)].toSorted(
        (a, b) => b - a,
      ),
      heldLong: [...this.#heldLong],
      leaks: [...this.#leaks],
      samples: [...this.#samples],
    };
  }
}
