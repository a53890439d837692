import type { PoolReport } from './pool-report.ts';
import { WAIT_BUCKETS } from './wait-buckets.ts';

/** Counts how long callers waited for a connection. */
export class WaitHistogram {
  readonly #counts: number[] = Array.from({ length: WAIT_BUCKETS.length + 1 }, () => 0);
  #sum = 0;
  #max = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  record(seconds: number): void {
    const index = WAIT_BUCKETS.findIndex((bound) => seconds <= bound);
    const bucket = index === -1 ? WAIT_BUCKETS.length : index;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#sum += seconds;
    this.#max = Math.max(this.#max, seconds);
  }

  /** Each wait counts in one bucket only, unlike in Prometheus' histograms. */
  summary(): PoolReport['wait'] {
    return {
      buckets: this.#counts.map((count, index) => ({ seconds: WAIT_BUCKETS[index] ?? null, count })),
      meanSeconds: this.#count === 0 ? 0 : this.#sum / this.#count,
      maxSeconds: this.#max,
    };
  }
}
