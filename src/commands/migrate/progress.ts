import { MultiBar, type SingleBar } from 'cli-progress';
import type { Context } from '../../context.ts';
import type { MigrationEvent, Work } from '../../migrations/events.ts';
import { describeHolder } from '../../migrations/lock-holder.ts';
import { formatCount, formatSeconds } from '../../format.ts';

/** Seconds between two lines about the same thing where no bar can be drawn. */
const LINE_EVERY = 10;

/** Shows what a run does: a bar per statement on a terminal, lines elsewhere. */
export class MigrationProgress implements Disposable {
  readonly #context: Pick<Context, 'io' | 'output'>;
  readonly #bars: MultiBar | null;
  readonly #drawn = new Map<string, SingleBar>();
  readonly #lastLine = new Map<string, number>();

  constructor(context: Pick<Context, 'io' | 'output'>) {
    this.#context = context;
    this.#bars = context.io.interactive
      ? new MultiBar({
          format: '{what} {bar} {percent} {elapsed}{remaining}',
          hideCursor: true,
          stopOnComplete: false,
          clearOnComplete: true,
          stream: context.io.stderr as NodeJS.WriteStream,
        })
      : null;
  }

  /** The observer of one database's run. */
  observer(database: string): (event: MigrationEvent) => void {
    return (event) => this.#show(database, event);
  }

  [Symbol.dispose](): void {
    this.#bars?.stop();
  }

  #show(database: string, event: MigrationEvent): void {
    const say = (line: string) => this.#say(`${database}: ${line}`);
    switch (event.kind) {
      case 'build-started':
        return say(`${subject(event)}: building, about ${formatCount(event.rowsEstimate)} rows`);
      case 'progress':
        return this.#progress(database, event);
      case 'build-finished':
        this.#remove(database, event);
        return say(`${subject(event)}: built in ${formatSeconds(event.seconds)}`);
      case 'drop-started':
        return undefined;
      case 'drop-finished':
        return say(`${subject(event)}: dropped in ${formatSeconds(event.seconds)}`);
      case 'adopted':
        return say(`${event.table} (${event.index}): there already, adopted`);
      case 'warning':
        return say(`warning: ${event.message}`);
      case 'retry':
        return say(
          `${subject(event)}: ${event.reason}; attempt ${event.attempt} of ${event.attempts}, ` +
            `next one in ${formatSeconds(event.delaySeconds)}`,
        );
      case 'blocked':
        return this.#seldom(`${database} ${event.table} blocked`, event.waitedSeconds, () => {
          say(`${subject(event)}: waits for the table for ${formatSeconds(event.waitedSeconds)}, held by`);
          for (const { connectionId, user, host, seconds, statement } of event.blockers) {
            this.#say(
              `  connection ${connectionId} (${user}@${host}), ${formatSeconds(seconds ?? 0)}: ${statement ?? 'idle in a transaction'}`,
            );
          }
        });
      case 'blocker-killed':
        return say(
          `${subject(event)}: killed connection ${event.blocker.connectionId}, which held the table`,
        );
      case 'waiting-for-lock':
        return say(
          `waits up to ${formatSeconds(event.waitSeconds)} for another run: ${describeHolder(event.holder)}`,
        );
      case 'waiting-for-orphaned-build':
        return this.#seldom(`${database} orphan`, performance.now() / 1000, () =>
          say(
            `a build of a run that ended is still running, waiting for it: ${describeHolder(event.holder)}` +
              (event.fraction === null ? '' : `, ${percent(event.fraction)}`),
          ),
        );
      case 'reconciled':
        return say(
          `${event.migration}: an earlier run ended in the middle of it; ` +
            (event.outcome === 'recorded' ? 'its index is there and was recorded' : 'it is pending again'),
        );
      case 'replica-lag':
        return this.#seldom(`${database} ${event.replica}`, performance.now() / 1000, () =>
          say(
            `waits for replica ${event.replica}: ${event.lagSeconds === null ? 'its lag is unknown' : `${event.lagSeconds} s behind`}` +
              `, limit ${event.limitSeconds} s`,
          ),
        );
    }
  }

  #progress(database: string, event: Extract<MigrationEvent, { kind: 'progress' }>): void {
    const key = keyOf(database, event);
    const left = event.remainingSeconds === null ? '' : `, ${formatSeconds(event.remainingSeconds)} left`;
    if (this.#bars === null) {
      this.#seldom(key, event.elapsedSeconds, () => {
        const done = event.fraction === null ? 'no progress is told by the server' : percent(event.fraction);
        this.#say(
          `${database}: ${subject(event)}: ${done}, ${formatSeconds(event.elapsedSeconds)} elapsed${left}`,
        );
      });
      return;
    }
    const shown = {
      what: `${database}: ${event.table}`,
      percent: event.fraction === null ? '…' : percent(event.fraction),
      elapsed: `${formatSeconds(event.elapsedSeconds)} elapsed`,
      remaining: left,
    };
    let bar = this.#drawn.get(key);
    if (bar === undefined) {
      bar = this.#bars.create(1, 0, shown);
      this.#drawn.set(key, bar);
    }
    bar.update(event.fraction ?? 0, shown);
  }

  #remove(database: string, work: Work): void {
    const key = keyOf(database, work);
    const bar = this.#drawn.get(key);
    if (bar !== undefined) this.#bars?.remove(bar);
    this.#drawn.delete(key);
  }

  /** Runs at most every ten seconds for the same key; not at second 0, where most statements are already done. */
  #seldom(key: string, seconds: number, say: () => void): void {
    const last = this.#lastLine.get(key) ?? (key.endsWith('blocked') ? -LINE_EVERY : 0);
    if (seconds - last < LINE_EVERY) return;
    this.#lastLine.set(key, seconds);
    say();
  }

  #say(line: string): void {
    // A bar that is drawn must not be written over.
    if (this.#bars !== null && this.#drawn.size > 0) this.#bars.log(`${line}\n`);
    else this.#context.output.note(line);
  }
}

function keyOf(database: string, work: Work): string {
  return `${database} ${work.table} ${work.indexes.join(' ')}`;
}

function subject({ table, indexes }: Work): string {
  return `${table} (${indexes.join(', ')})`;
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`;
}
