import { ColumnBatch } from './column-batch.ts';
import type { ColumnType } from './column-type.ts';

/** Batches that are there at once: enough to keep a sink's thread at work while others are filled. */
const MOST_BATCHES = 32;
/** Nor more than this many bytes, of rows that are wide or long. */
const MOST_BYTES = 32 * 1024 * 1024;
/** As many there are however long their rows: one is filled while one is written. */
const FEWEST_BATCHES = 2;

/**
 * The batches that go from a reader to a sink and back. This is what bounds the memory between them: while none is to
 * be had, the reader does not read.
 */
export class BatchPool {
  readonly #types: readonly ColumnType[];
  readonly #made: ColumnBatch[] = [];
  readonly #free: ColumnBatch[] = [];
  /** Called once, when the next batch has come back. */
  #notify: (() => void) | null = null;

  constructor(types: readonly ColumnType[]) {
    this.#types = types;
  }

  /** An empty batch, or null while as many are under way as may be. */
  take(): ColumnBatch | null {
    if (this.#full()) return null;
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#made.length === MOST_BATCHES) return null;
    const batch = new ColumnBatch(this.#types, (released) => {
      this.#free.push(released);
      const notify = this.#notify;
      this.#notify = null;
      notify?.();
    });
    this.#made.push(batch);
    return batch;
  }

  /** Calls back when there may be a batch again; the last one who asks is called. */
  whenReleased(notify: (() => void) | null): void {
    this.#notify = notify;
  }

  /** An empty batch, as soon as there is one. */
  async next(): Promise<ColumnBatch> {
    for (;;) {
      const batch = this.take();
      if (batch !== null) return batch;
      await new Promise<void>((resolve) => {
        this.whenReleased(resolve);
      });
    }
  }

  #full(): boolean {
    if (this.#made.length - this.#free.length < FEWEST_BATCHES) return false;
    return this.#made.reduce((sum, batch) => sum + batch.byteLength, 0) >= MOST_BYTES;
  }
}
