import { ColumnBatch } from './column-batch.ts';
import type { ColumnType } from './column-type.ts';

/**
 * What may be under way at once: enough batches to keep a sink's thread at work while others are filled, and no more than
 * so many bytes of them where rows are wide or long. A sink must begin to write before either is reached, or nobody
 * would go on.
 */
export const POOL_LIMITS = { batches: 16, bytes: 16 * 1024 * 1024 } as const;
/** As many there are however long their rows: one is filled while one is written. */
const FEWEST_BATCHES = 2;

/**
 * The batches that go from a reader to a sink and back. This is what bounds the memory between them: while none is to
 * be had, the reader does not read.
 */
export class BatchPool {
  readonly #types: readonly ColumnType[];
  readonly #free: ColumnBatch[] = [];
  readonly #underWay = new Set<ColumnBatch>();
  /** Called once, when the next batch has come back. */
  #notify: (() => void) | null = null;

  constructor(types: readonly ColumnType[]) {
    this.#types = types;
  }

  /** An empty batch, or null while as many are under way as may be. */
  take(): ColumnBatch | null {
    if (this.#full()) return null;
    const batch = this.#free.pop() ?? new ColumnBatch(this.#types, (released) => this.#giveBack(released));
    this.#underWay.add(batch);
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
    if (this.#underWay.size < FEWEST_BATCHES) return false;
    if (this.#underWay.size >= POOL_LIMITS.batches) return true;
    let bytes = 0;
    for (const batch of this.#underWay) bytes += batch.byteLength;
    return bytes >= POOL_LIMITS.bytes;
  }

  #giveBack(batch: ColumnBatch): void {
    this.#underWay.delete(batch);
    this.#free.push(batch);
    const notify = this.#notify;
    this.#notify = null;
    notify?.();
  }
}
