import type { Context } from '../../context.ts';
import type { MigrationEvent, Work } from '../../migrations/events.ts';
import { describeHolder } from '../../migrations/lock-holder.ts';
import { formatCount, formatSeconds } from '../../format.ts';
import { ProgressDisplay } from '../progress-display.ts';

/** Shows what a run does: a bar per statement on a terminal, lines elsewhere. */
export class MigrationProgress implements Disposable {
  readonly #display: ProgressDisplay;

  constructor(context: Pick<Context, 'io' | 'output'>) {
    this.#display = new ProgressDisplay(context, '{what} {bar} {percent} {elapsed}{remaining}');
  }

  /** The observer of one database's run. */
  observer(database: string): (event: MigrationEvent) => void {
    return (event) => this.#show(database, event);
  }

  [Symbol.dispose](): void {
    this.#display[Symbol.dispose]();
  }

  #show(database: string, event: MigrationEvent): void {
    const say = (line: string) => this.#display.say(`${database}: ${line}`);
    switch (event.kind) {
      case 'build-started':
        return say(`${subject(event)}: building, about ${formatCount(event.rowsEstimate)} rows`);
      case 'progress':
        return this.#progress(database, event);
      case 'build-finished':
        this.#display.removeBar(keyOf(database, event));
        return say(`${subject(event)}: built in ${formatSeconds(event.seconds)}`);
      case 'drop-started':
        return undefined;
      case 'drop-finished':
        return say(`${subject(event)}: dropped in ${formatSeconds(event.seconds)}`);
      case 'adopted':
        return say(`${event.table} (${event.index}): there already, adopted`);
      case 'backed-up':
        return say(`backed up to ${event.file}`);
      case 'warning':
        return say(`warning: ${event.message}`);
      case 'retry':
        return say(
          `${subject(event)}: ${event.reason}; attempt ${event.attempt} of ${event.attempts}, ` +
            `next one in ${formatSeconds(event.delaySeconds)}`,
        );
      case 'blocked':
        return this.#display.nowAndSeldom(`${database} ${event.table} blocked`, () => {
          say(`${subject(event)}: waits for the table for ${formatSeconds(event.waitedSeconds)}, held by`);
          for (const { connectionId, user, host, seconds, statement } of event.blockers) {
            this.#display.say(
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
        return this.#display.nowAndSeldom(`${database} orphan`, () =>
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
        return this.#display.nowAndSeldom(`${database} ${event.replica}`, () =>
          say(
            `waits for replica ${event.replica}: ${event.lagSeconds === null ? 'its lag is unknown' : `${event.lagSeconds} s behind`}` +
              `, limit ${event.limitSeconds} s`,
          ),
        );
    }
  }

  #progress(database: string, event: Extract<MigrationEvent, { kind: 'progress' }>): void {
    const key = keyOf(database, event);
    const elapsed = `${formatSeconds(event.elapsedSeconds)} elapsed`;
    const remaining =
      event.remainingSeconds === null ? '' : `, ${formatSeconds(event.remainingSeconds)} left`;
    const done = event.fraction === null ? 'the server does not tell how far' : percent(event.fraction);
    const shown = { what: `${database}: ${event.table}`, percent: done, elapsed, remaining };
    if (this.#display.moveBar(key, { value: event.fraction ?? 0, total: 1 }, shown)) return;
    this.#display.seldom(key, () =>
      this.#display.say(`${database}: ${subject(event)}: ${done}, ${elapsed}${remaining}`),
    );
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
