import type { Argv } from 'yargs';
import type { EngineOptions } from '../../migrations/options.ts';
import { naturalNumber, naturalNumberOr } from '../number-options.ts';
import { OPTION_GROUPS } from '../option-groups.ts';

const MEBIBYTE = 1024 * 1024;

/** Options of every command that runs DDL. */
export function engineOptions<Options>(parser: Argv<Options>) {
  return parser
    .option('wait', {
      group: OPTION_GROUPS.building,
      ...naturalNumberOr(0),
      describe: 'Seconds to wait for another run on the same schema',
    })
    .option('lock-wait-timeout', {
      group: OPTION_GROUPS.building,
      ...naturalNumberOr(5),
      describe: "Seconds a statement may wait for its table's metadata lock before it backs off",
    })
    .option('lock-attempts', {
      group: OPTION_GROUPS.building,
      ...naturalNumberOr(20),
      describe: 'Attempts to get that lock',
    })
    .option('kill-blockers-after', {
      group: OPTION_GROUPS.building,
      ...naturalNumber,
      describe:
        'Kill connections that hold up a statement for longer than this many seconds (default: never)',
    })
    .option('ddl-buffer-size', {
      group: OPTION_GROUPS.building,
      ...naturalNumberOr(128),
      describe: 'MySQL: MiB of memory for building indexes (innodb_ddl_buffer_size)',
    })
    .option('ddl-threads', {
      group: OPTION_GROUPS.building,
      ...naturalNumber,
      describe: 'MySQL: innodb_ddl_threads of the session',
    })
    .option('parallel-read-threads', {
      group: OPTION_GROUPS.building,
      ...naturalNumber,
      describe: 'MySQL: innodb_parallel_read_threads of the session',
    });
}

/** What yargs made of these options. */
export interface EngineArguments {
  readonly wait: number;
  readonly lockWaitTimeout: number;
  readonly lockAttempts: number;
  readonly killBlockersAfter: number | undefined;
  readonly ddlBufferSize: number;
  readonly ddlThreads: number | undefined;
  readonly parallelReadThreads: number | undefined;
}

export function toEngineOptions(options: EngineArguments): EngineOptions {
  return {
    waitSeconds: options.wait,
    lockWaitTimeoutSeconds: options.lockWaitTimeout,
    lockAttempts: options.lockAttempts,
    killBlockersAfterSeconds: options.killBlockersAfter ?? null,
    ddlBufferBytes: options.ddlBufferSize * MEBIBYTE,
    ddlThreads: options.ddlThreads ?? null,
    parallelReadThreads: options.parallelReadThreads ?? null,
  };
}
