import { setImmediate } from 'node:timers/promises';
import type { SourceSnapshot } from '../source/source-snapshot.ts';
import type { RunProgress } from './run-progress.ts';

/**
 * The commits of a movement, one after the other. While one is made the server may already work on the next statement,
 * which is then open for as long as the commit takes: so only where commits have shown that they are quick.
 */
export class Commits {
  readonly #snapshot: SourceSnapshot;
  readonly #progress: RunProgress;
  readonly #seconds: number;
  #slowest: number | null = null;
  #current: Promise<void> = Promise.resolve();

  /** A commit is quick that takes no more than so many seconds. */
  constructor(snapshot: SourceSnapshot, progress: RunProgress, seconds: number) {
    this.#snapshot = snapshot;
    this.#progress = progress;
    this.#seconds = seconds;
  }

  /** Resolves when what was begun last has ended, and rejects with what it rejects with. */
  get ended(): Promise<void> {
    return this.#current;
  }

  /** Begins what may be a commit. */
  begin(work: () => Promise<void>): void {
    this.#current = this.#measured(work);
    // Awaited later: until then a brake may wait, and a failure that nobody listens to would end the process.
    this.#current.catch(() => undefined);
  }

  async #measured(work: () => Promise<void>): Promise<void> {
    const { rowsCommitted } = this.#progress;
    const started = performance.now();
    await work();
    if (this.#progress.rowsCommitted === rowsCommitted) return;
    this.#slowest = Math.max(this.#slowest ?? 0, (performance.now() - started) / 1000);
  }

  /** Waits before a statement, without a snapshot, unless commits are known to be quick. */
  async beforeStatement(): Promise<void> {
    if (this.#slowest !== null && this.#slowest <= this.#seconds) return;
    let running = true;
    const ended = this.#current.finally(() => {
      running = false;
    });
    // What was no commit has ended by now.
    await Promise.race([ended, setImmediate()]);
    if (running) await this.#snapshot.letGo();
    await ended;
  }
}
