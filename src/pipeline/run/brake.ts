import { stopIfAborted } from '../../errors.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../databases/session.ts';
import { replicaDelaySeconds } from '../bound/replica-delay.ts';
import { historyLength } from '../source/history-length.ts';
import type { SourceSnapshot } from '../source/source-snapshot.ts';
import type { TableJob } from './table-job.ts';

/** Milliseconds between two looks at a server that is too busy. */
const LOOK_AGAIN = 1000;

/** Keeps a run kind to the source: a rate of rows, and pauses while the server is busy or a replica is behind. */
export class Brake {
  readonly #job: TableJob;
  readonly #snapshot: SourceSnapshot;
  readonly #start = performance.now();
  #rows = 0;

  /** The snapshot is let go before every pause. */
  constructor(job: TableJob, snapshot: SourceSnapshot) {
    this.#job = job;
    this.#snapshot = snapshot;
  }

  /** Waits until the server has room for a statement. */
  async beforeStatement(): Promise<void> {
    const { maxThreadsRunning, maxReplicaLagSeconds, maxHistoryLength } = this.#job.options;
    if (maxHistoryLength !== null) {
      const { server } = this.#job.database;
      await this.#waitUntil('history-length', (session) => historyLength(session, server), maxHistoryLength);
    }
    if (maxThreadsRunning !== null)
      await this.#waitUntil('threads-running', threadsRunning, maxThreadsRunning);
    if (maxReplicaLagSeconds !== null) {
      const { server } = this.#job.database;
      await this.#waitUntil(
        'replica-lag',
        // One that stands still is as far behind as can be.
        async (session) => (await replicaDelaySeconds(session, server)) ?? Infinity,
        maxReplicaLagSeconds,
      );
    }
  }

  /** Waits as long as these rows came too early. */
  async afterRows(rows: number): Promise<void> {
    const { maxRowsPerSecond } = this.#job.options;
    if (maxRowsPerSecond === null) return;
    this.#rows += rows;
    const due = this.#start + (this.#rows / maxRowsPerSecond) * 1000;
    if (performance.now() < due) await this.#snapshot.letGo();
    while (performance.now() < due) {
      stopIfAborted(this.#job.signal);
      await sleep(Math.min(LOOK_AGAIN, due - performance.now()));
    }
  }

  async #waitUntil(
    reason: 'threads-running' | 'replica-lag' | 'history-length',
    measure: (session: Session) => Promise<number>,
    limit: number,
  ): Promise<void> {
    const { database, table, observe, signal } = this.#job;
    for (;;) {
      stopIfAborted(signal);
      // A session of its own: what is read here must not count as read for the table.
      await using session = await database.session();
      const value = await measure(session);
      if (value <= limit) return;
      await this.#snapshot.letGo();
      observe({ kind: 'waiting', database: table.database, table: table.name, reason, value });
      await sleep(LOOK_AGAIN);
    }
  }
}

/** Threads that are executing, without the one that asks. */
async function threadsRunning(session: Session): Promise<number> {
  const rows = await session.query("SHOW GLOBAL STATUS LIKE 'Threads_running'");
  return Number(rows[0]?.['Value'] ?? 1) - 1;
}
