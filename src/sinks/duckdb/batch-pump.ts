import pLimit from 'p-limit';
import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { BatchFeed } from './batch-feed.ts';

/**
 * A statement that takes batches holds one of the four threads that Node has for what blocks (libuv's), for as long as
 * batches come. One is left for everything else, such as looking up the name of a server.
 */
const atOnce = pLimit(3);

/** Batches, or bytes of them, from which on a statement is started: enough to make up for starting it. */
export interface PumpThreshold {
  readonly batches: number;
  readonly bytes: number;
}

/**
 * Keeps a statement running that takes batches out of a feed, so that writing goes on while the next batches are read.
 * What goes wrong is thrown by the call that comes next.
 */
export class BatchPump {
  readonly #feed: BatchFeed;
  readonly #threshold: PumpThreshold;
  /** Runs one statement, which takes what is waiting, and what comes in while it runs. */
  readonly #drain: () => Promise<void>;
  #running: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(feed: BatchFeed, threshold: PumpThreshold, drain: () => Promise<void>) {
    this.#feed = feed;
    this.#threshold = threshold;
    this.#drain = drain;
  }

  /** Takes a batch over. */
  write(batch: ColumnBatch): void {
    this.#feed.push(batch);
    this.#throwFailure();
    this.#startIfWorthwhile();
  }

  /** Resolves when everything that was taken over is written. */
  async flush(): Promise<void> {
    for (;;) {
      await this.#idle();
      this.#throwFailure();
      // The last statement may have ended just before the last batches came.
      if (this.#feed.length === 0) return;
      this.#running = this.#run();
    }
  }

  /** Drops what is not written yet, and resolves when no statement runs. */
  async discard(): Promise<void> {
    this.#feed.clear();
    await this.#idle();
  }

  async #idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #startIfWorthwhile(): void {
    const { batches, bytes } = this.#threshold;
    if (this.#running !== null) return;
    if (this.#feed.length >= batches || this.#feed.byteLength >= bytes) this.#running = this.#run();
  }

  async #run(): Promise<void> {
    try {
      await atOnce(this.#drain);
    } catch (error) {
      this.#failure = { error };
    }
    this.#running = null;
    if (this.#failure === null) this.#startIfWorthwhile();
    // The reader waits for them, and then learns of the failure.
    else this.#feed.clear();
  }

  #throwFailure(): void {
    if (this.#failure === null) return;
    this.#feed.clear();
    throw this.#failure.error;
  }
}
