import { MultiBar, type SingleBar } from 'cli-progress';
import type { Context } from '../../context.ts';
import { formatCount, formatSeconds } from '../../format.ts';
import type { ExtractEvent } from '../../pipeline/report.ts';
import { describeWarning } from './warnings.ts';

/** Milliseconds between two lines about the same table where no bar can be drawn. */
const LINE_EVERY = 10_000;

/** Shows a run: a bar per table on a terminal, lines elsewhere. */
export class ExtractProgress implements Disposable {
  readonly #output: Context['output'];
  readonly #bars: MultiBar | null;
  readonly #drawn = new Map<string, SingleBar>();
  readonly #lastLine = new Map<string, number>();

  constructor({ io, output }: Pick<Context, 'io' | 'output'>) {
    this.#output = output;
    this.#bars = io.interactive
      ? new MultiBar({
          format: '{table} {bar} {rows} rows',
          hideCursor: true,
          clearOnComplete: true,
          stream: io.stderr as NodeJS.WriteStream,
        })
      : null;
  }

  /** What `extractLoad` tells. */
  readonly observe = (event: ExtractEvent): void => {
    switch (event.kind) {
      case 'started':
        this.#start(event);
        break;
      case 'progress':
        this.#progress(event);
        break;
      case 'committed':
        break;
      case 'waiting':
        this.#seldom(`${keyOf(event)} waiting`, () =>
          this.#say(`${keyOf(event)}: waits, ${describeWait(event)}`),
        );
        break;
      case 'retrying':
        this.#say(
          `${keyOf(event)}: ${event.reason}; attempt ${event.attempt} in ${formatSeconds(event.inSeconds)}`,
        );
        break;
      case 'finished': {
        const { run } = event;
        this.#remove(run);
        this.#say(
          `${keyOf(run)}: ${run.mode}, ${formatCount(run.rows)} rows in ${formatSeconds(run.seconds)}` +
            ` (${formatCount(run.rowsPerSecond)} rows/s)`,
        );
        for (const warning of run.warnings) this.#say(`${keyOf(run)}: warning: ${describeWarning(warning)}`);
        break;
      }
      case 'failed': {
        const { failure } = event;
        this.#remove(failure);
        this.#say(
          `${keyOf(failure)}: failed, ${formatCount(failure.rowsCommitted)} rows were committed before`,
        );
        break;
      }
    }
  };

  [Symbol.dispose](): void {
    this.#bars?.stop();
  }

  #start(event: Extract<ExtractEvent, { kind: 'started' }>): void {
    this.#lastLine.set(keyOf(event), Date.now());
    const total = event.mode === 'snapshot' ? event.rowsEstimate : 0;
    const bar = this.#bars?.create(Math.max(1, total), 0, { table: keyOf(event).padEnd(40), rows: '0' });
    if (bar !== undefined) this.#drawn.set(keyOf(event), bar);
  }

  #progress(event: Extract<ExtractEvent, { kind: 'progress' }>): void {
    const bar = this.#drawn.get(keyOf(event));
    if (bar !== undefined) {
      // The estimate is the server's guess; a bar past its end would mislead more than one that grows.
      if (event.rows > bar.getTotal()) bar.setTotal(event.rows);
      bar.update(event.rows, { rows: formatCount(event.rows) });
    } else
      this.#seldom(keyOf(event), () => this.#say(`${keyOf(event)}: ${formatCount(event.rows)} rows so far`));
  }

  #remove(table: { readonly database: string; readonly table: string }): void {
    const bar = this.#drawn.get(keyOf(table));
    if (bar !== undefined) this.#bars?.remove(bar);
    this.#drawn.delete(keyOf(table));
  }

  #seldom(key: string, say: () => void): void {
    const now = Date.now();
    if (now - (this.#lastLine.get(key) ?? 0) < LINE_EVERY) return;
    this.#lastLine.set(key, now);
    say();
  }

  #say(line: string): void {
    // A bar that is drawn must not be written over.
    if (this.#bars !== null && this.#drawn.size > 0) this.#bars.log(`${line}\n`);
    else this.#output.note(line);
  }
}

function keyOf({ database, table }: { readonly database: string; readonly table: string }): string {
  return `${database}.${table}`;
}

function describeWait({ reason, value }: Extract<ExtractEvent, { kind: 'waiting' }>): string {
  switch (reason) {
    case 'threads-running':
      return `the server runs ${value} threads`;
    case 'replica-lag':
      return `the replica is ${value} s behind`;
    case 'open-transactions':
      return `${value} transactions are open`;
  }
}
