import { MultiBar, type SingleBar } from 'cli-progress';
import type { Context } from '../context.ts';

/** Seconds between two lines about the same thing where no bar can be drawn. */
const LINE_EVERY_SECONDS = 10;

/** Lines and bars of the work under way, on standard error: bars only where a person watches. */
export class ProgressDisplay implements Disposable {
  readonly #output: Context['output'];
  readonly #bars: MultiBar | null;
  readonly #drawn = new Map<string, SingleBar>();
  readonly #lastLine = new Map<string, number>();

  /** `format` is cli-progress's. */
  constructor({ io, output }: Pick<Context, 'io' | 'output'>, format: string) {
    this.#output = output;
    this.#bars = io.interactive
      ? new MultiBar({
          format,
          hideCursor: true,
          stopOnComplete: false,
          clearOnComplete: true,
          stream: io.stderr,
        })
      : null;
  }

  [Symbol.dispose](): void {
    this.#bars?.stop();
  }

  readonly say = (line: string): void => {
    // A bar that is drawn must not be written over.
    if (this.#bars !== null && this.#drawn.size > 0) this.#bars.log(`${line}\n`);
    else this.#output.note(line);
  };

  /** Says something at most every ten seconds for the same key, the first time after as long. */
  seldom(key: string, say: () => void): void {
    const now = performance.now() / 1000;
    const last = this.#lastLine.get(key);
    if (last !== undefined && now - last < LINE_EVERY_SECONDS) return;
    this.#lastLine.set(key, now);
    if (last !== undefined) say();
  }

  /** Says something now, and then at most every ten seconds for the same key. */
  nowAndSeldom(key: string, say: () => void): void {
    if (!this.#lastLine.has(key)) this.#lastLine.set(key, -LINE_EVERY_SECONDS);
    this.seldom(key, say);
  }

  /** Moves a bar, which is drawn when it is first moved. Returns false where bars are not drawn. */
  moveBar(key: string, position: { readonly value: number; readonly total: number }, shown: object): boolean {
    if (this.#bars === null) return false;
    let bar = this.#drawn.get(key);
    if (bar === undefined) {
      bar = this.#bars.create(position.total, 0, shown);
      this.#drawn.set(key, bar);
    }
    bar.setTotal(position.total);
    bar.update(position.value, shown);
    return true;
  }

  removeBar(key: string): void {
    const bar = this.#drawn.get(key);
    if (bar !== undefined) this.#bars?.remove(bar);
    this.#drawn.delete(key);
    this.#lastLine.delete(key);
  }
}
