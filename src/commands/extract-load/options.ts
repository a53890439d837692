import type { Argv } from 'yargs';
import type { Environment } from '../../config/environment.ts';
import { UsageError } from '../../errors.ts';
import type { ExtractOptions } from '../../pipeline/run/options.ts';
import { DEFAULT_READ_OPTIONS } from '../../pipeline/source/read-options.ts';
import type { Contradiction } from '../contradictions.ts';
import { naturalNumber, naturalNumberOr } from '../number-options.ts';
import { OPTION_GROUPS } from '../option-groups.ts';

/** Of every command that reads whole tables. */
export const maxSnapshotSeconds = {
  group: OPTION_GROUPS.howGently,
  ...naturalNumberOr(DEFAULT_READ_OPTIONS.maxSnapshotSeconds),
  describe: 'Maximum age of a read view and its metadata locks, in seconds',
};

/** Options that decide what a run reads and how hard it presses the source. */
export function runOptions<Options>(parser: Argv<Options>) {
  return parser
    .option('lag', {
      group: OPTION_GROUPS.howFar,
      ...naturalNumberOr(5),
      describe: 'Seconds the bound stays behind the clock and the oldest open transaction',
    })
    .option('lookback', {
      group: OPTION_GROUPS.howFar,
      ...naturalNumber,
      describe: 'Reread this far below the watermark and upsert: seconds, or ids for an id cursor',
    })
    .option('allow-scan', {
      group: OPTION_GROUPS.what,
      type: 'boolean',
      default: false,
      describe: 'Scan a table whose cursor no index serves',
    })
    .option('full-refresh', {
      group: OPTION_GROUPS.what,
      type: 'boolean',
      default: false,
      describe: 'Reload tables from scratch; readers see the old rows until the load is complete',
    })
    .option('append', {
      group: OPTION_GROUPS.what,
      type: 'boolean',
      default: false,
      describe: 'Keep every version of a row (change log)',
    })
    .option('start', {
      group: OPTION_GROUPS.howFar,
      type: 'string',
      requiresArg: true,
      describe: 'Backfill from this cursor value',
    })
    .option('end', {
      group: OPTION_GROUPS.howFar,
      type: 'string',
      requiresArg: true,
      describe: 'Only read rows below this cursor value',
    })
    .option('concurrency', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumberOr(4),
      describe: 'Tables read in parallel',
    })
    .option('concurrency-per-database', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Tables of one database read in parallel',
    })
    .option('max-rows-per-second', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Rate limit per table',
    })
    .option('max-threads-running', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Pause while the server runs more threads than this',
    })
    .option('max-replica-lag', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Pause while the replica being read lags more than this many seconds',
    })
    .option('max-history-length', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: "Pause while the server's undo history is longer than this",
    })
    .option('max-snapshot-seconds', maxSnapshotSeconds)
    .option('statement-timeout', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Seconds after which the server kills a statement',
    });
}

/** What yargs made of these options. */
export interface RunArguments {
  readonly lag: number;
  readonly lookback: number | undefined;
  readonly allowScan: boolean;
  readonly fullRefresh: boolean;
  readonly append: boolean;
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly concurrency: number;
  readonly concurrencyPerDatabase: number | undefined;
  readonly maxRowsPerSecond: number | undefined;
  readonly maxThreadsRunning: number | undefined;
  readonly maxReplicaLag: number | undefined;
  readonly maxHistoryLength: number | undefined;
  readonly maxSnapshotSeconds: number;
  readonly statementTimeout: number | undefined;
}

/** A full refresh reads everything up to the bound, and publishes it as the whole table. */
export const RUN_CONTRADICTIONS: readonly Contradiction<RunArguments>[] = [
  ['fullRefresh', 'start', 'a full refresh loads everything'],
  ['fullRefresh', 'end', 'a full refresh loads everything'],
  ['fullRefresh', 'lookback', 'a full refresh loads everything'],
  ['start', 'lookback', '--start says where to begin'],
];

/** Throws a UsageError for a window that ends where it begins, or before. Times and ids are compared as they are written. */
export function refuseEmptyWindow({ start, end }: Pick<RunArguments, 'start' | 'end'>): void {
  if (start === undefined || end === undefined) return;
  const ids = /^\d+$/.test(start) && /^\d+$/.test(end);
  const isEmpty = ids ? BigInt(start) >= BigInt(end) : start >= end;
  if (isEmpty)
    throw new UsageError(`--start ${start} is not before --end ${end}: no row can be between them`);
}

export function toExtractOptions(options: RunArguments, environment: Environment): Partial<ExtractOptions> {
  return {
    lagSeconds: options.lag,
    lookback: options.lookback ?? null,
    allowScan: options.allowScan,
    fullRefresh: options.fullRefresh,
    append: options.append,
    start: options.start ?? null,
    end: options.end ?? null,
    concurrency: Math.max(1, options.concurrency),
    concurrencyPerDatabase:
      options.concurrencyPerDatabase === undefined ? null : Math.max(1, options.concurrencyPerDatabase),
    maxRowsPerSecond: options.maxRowsPerSecond ?? null,
    maxThreadsRunning: options.maxThreadsRunning ?? null,
    maxReplicaLagSeconds: options.maxReplicaLag ?? null,
    maxHistoryLength: options.maxHistoryLength ?? null,
    maxSnapshotSeconds: Math.max(1, options.maxSnapshotSeconds),
    statementTimeoutSeconds: options.statementTimeout ?? null,
    maskSalt: environment['MASK_SALT'] ?? null,
  };
}
