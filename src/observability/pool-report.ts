import type { Holder } from '../databases/pool-checkouts.ts';
import type { CloseReason } from '../databases/pool-events.ts';
import type { PoolStatus } from '../databases/pool-status.ts';

/** A pool at one moment of the past. */
export interface PoolSample extends Pick<PoolStatus, 'inUse' | 'idle' | 'overflow' | 'waiting'> {
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** How many callers waited at most so long; `seconds` is null for the last bucket, which has no bound. */
export interface WaitBucket {
  readonly seconds: number | null;
  readonly count: number;
}

/** What a monitor saw of one pool. Times in ISO 8601 UTC, durations in seconds. */
export interface PoolReport {
  readonly database: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly size: number;
  readonly maxOverflow: number;
  readonly checkouts: number;
  /** Callers that got an error instead of a connection. */
  readonly acquireFailures: number;
  readonly wait: {
    readonly buckets: readonly WaitBucket[];
    readonly meanSeconds: number;
    readonly maxSeconds: number;
  };
  readonly inUse: {
    readonly peak: number;
    /** Connections in use on average over the time watched. */
    readonly mean: number;
  };
  /** `inUse.mean` as a part of `size`; more than 1 where overflow was used all the time. */
  readonly utilisation: number;
  readonly peakWaiting: number;
  readonly connectionsOpened: number;
  readonly connectFailures: number;
  readonly connectionsClosed: Readonly<Record<CloseReason, number>>;
  /** Of the connections that were open at the end, or until the pool was shut down; oldest first. */
  readonly connectionAges: readonly number[];
  readonly heldLong: readonly Holder[];
  readonly leaks: readonly Holder[];
  /** At even distances, the latest last. */
  readonly samples: readonly PoolSample[];
}
