import type { Context } from '../../context.ts';
import { formatCount, formatSeconds } from '../../format.ts';
import type { ExtractEvent } from '../../pipeline/run/report.ts';
import { ProgressDisplay } from '../progress-display.ts';
import { describeWarning } from './warnings.ts';

/** Shows a run: a bar per table on a terminal, lines elsewhere. */
export class ExtractProgress implements Disposable {
  readonly #display: ProgressDisplay;
  /** Rows that the server expects of each table that is being read. */
  readonly #expected = new Map<string, number>();

  constructor(context: Pick<Context, 'io' | 'output'>) {
    this.#display = new ProgressDisplay(context, '{table} {bar} {rows} rows');
  }

  /** What `extractLoad` tells. */
  readonly observe = (event: ExtractEvent): void => {
    switch (event.kind) {
      case 'started':
        this.#expected.set(keyOf(event), event.mode === 'snapshot' ? event.rowsEstimate : 0);
        break;
      case 'progress':
        this.#progress(event);
        break;
      case 'committed':
        break;
      case 'waiting':
        this.#display.nowAndSeldom(`${keyOf(event)} waiting`, () =>
          this.#display.say(`${keyOf(event)}: waits, ${describeWait(event)}`),
        );
        break;
      case 'retrying':
        this.#display.say(
          `${keyOf(event)}: ${event.reason}; attempt ${event.attempt} in ${formatSeconds(event.inSeconds)}`,
        );
        break;
      case 'finished': {
        const { run } = event;
        this.#display.removeBar(keyOf(run));
        this.#display.say(
          `${keyOf(run)}: ${run.mode}, ${formatCount(run.rows)} rows in ${formatSeconds(run.seconds)}` +
            ` (${formatCount(run.rowsPerSecond)} rows/s)`,
        );
        for (const warning of run.warnings)
          this.#display.say(`${keyOf(run)}: warning: ${describeWarning(warning)}`);
        break;
      }
      case 'failed': {
        const { failure } = event;
        this.#display.removeBar(keyOf(failure));
        this.#display.say(
          `${keyOf(failure)}: failed, ${formatCount(failure.rowsCommitted)} rows were committed before`,
        );
        break;
      }
    }
  };

  [Symbol.dispose](): void {
    this.#display[Symbol.dispose]();
  }

  #progress(event: Extract<ExtractEvent, { kind: 'progress' }>): void {
    const key = keyOf(event);
    // The estimate is the server's guess: the end moves with the rows once they are more.
    const total = Math.max(1, event.rows, this.#expected.get(key) ?? 0);
    const rows = formatCount(event.rows);
    if (this.#display.moveBar(key, { value: event.rows, total }, { table: key.padEnd(40), rows })) return;
    this.#display.seldom(key, () => this.#display.say(`${key}: ${rows} rows so far`));
  }
}

function keyOf({ database, table }: { readonly database: string; readonly table: string }): string {
  return `${database}.${table}`;
}

function describeWait({ reason, value }: Extract<ExtractEvent, { kind: 'waiting' }>): string {
  switch (reason) {
    case 'threads-running':
      return `the server runs ${value} threads`;
    case 'history-length':
      return `the undo history has ${value} entries`;
    case 'replica-lag':
      return Number.isFinite(value) ? `the replica is ${value} s behind` : 'the replica does not replicate';
    case 'open-transactions':
      return `${value} transactions are open`;
  }
}
