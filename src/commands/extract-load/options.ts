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
  describe: 'Seconds after which a snapshot of the source, and its metadata locks, are let go',
};

/** Options that decide what a run reads and how hard it presses the source. */
export function runOptions<Options>(parser: Argv<Options>) {
  return parser
    .option('lag', {
      group: OPTION_GROUPS.howFar,
      ...naturalNumberOr(5),
      describe: 'Seconds that the bound stays behind the oldest open transaction, or the clock',
    })
    .option('lookback', {
      group: OPTION_GROUPS.howFar,
      ...naturalNumber,
      describe: 'Seconds, or ids for an id cursor, below the watermark that are read again and merged by key',
    })
    .option('allow-scan', {
      group: OPTION_GROUPS.what,
      type: 'boolean',
      default: false,
      describe: 'Read a table although no index serves its cursor',
    })
    .option('full-refresh', {
      group: OPTION_GROUPS.what,
      type: 'boolean',
      default: false,
      describe: 'Load tables anew and replace them when the load is complete',
    })
    .option('append', {
      group: OPTION_GROUPS.what,
      type: 'boolean',
      default: false,
      describe: 'Keep every version of a row, as a change log',
    })
    .option('start', {
      group: OPTION_GROUPS.howFar,
      type: 'string',
      requiresArg: true,
      describe: 'Read again from this cursor value on',
    })
    .option('end', {
      group: OPTION_GROUPS.howFar,
      type: 'string',
      requiresArg: true,
      describe: 'Read rows below this cursor value only',
    })
    .option('concurrency', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumberOr(4),
      describe: 'Tables that are read at once',
    })
    .option('concurrency-per-database', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Tables of one database that are read at once',
    })
    .option('max-rows-per-second', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Limit for each table',
    })
    .option('max-threads-running', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Pause while the server runs more threads than this',
    })
    .option('max-replica-lag', {
      group: OPTION_GROUPS.howGently,
      ...naturalNumber,
      describe: 'Pause while the replica that is read is further behind than this many seconds',
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
      describe: 'Seconds after which the server ends a statement',
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
