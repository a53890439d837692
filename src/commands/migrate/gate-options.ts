import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import type { GateOptions } from '../../migrations/gates.ts';
import type { MaintenanceWindow } from '../../migrations/window.ts';
import { naturalNumber } from '../number-options.ts';
import { OPTION_GROUPS } from '../option-groups.ts';

/** When a table may be changed. */
export function windowOptions<Options>(parser: Argv<Options>) {
  return parser
    .option('window', {
      group: OPTION_GROUPS.gates,
      type: 'string',
      requiresArg: true,
      describe: 'Maintenance window: start no table outside it, such as 02:00-05:00',
    })
    .option('time-zone', {
      group: OPTION_GROUPS.gates,
      type: 'string',
      requiresArg: true,
      describe: "Time zone of --window, such as Asia/Shanghai (default: this machine's)",
    });
}

/** What has to hold before each table, and before the first. */
export function gateOptions<Options>(parser: Argv<Options>) {
  return windowOptions(parser)
    .option('max-replica-lag', {
      group: OPTION_GROUPS.gates,
      ...naturalNumber,
      describe: 'Before each table, wait until every --replica lags by at most this many seconds',
    })
    .option('replica', {
      group: OPTION_GROUPS.gates,
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'Address of a replica, host:port; repeatable',
    })
    .option('backup', {
      group: OPTION_GROUPS.gates,
      type: 'string',
      requiresArg: true,
      describe: "Dump the schema to this folder before the first change, with the server's own tool",
    })
    .option('backup-data', {
      group: OPTION_GROUPS.gates,
      type: 'boolean',
      default: false,
      describe: 'Dump the rows too',
    });
}

export interface WindowArguments {
  readonly window: string | undefined;
  readonly timeZone: string | undefined;
}

export interface GateArguments extends WindowArguments {
  readonly maxReplicaLag: number | undefined;
  readonly replica: readonly string[] | undefined;
  readonly backup: string | undefined;
  readonly backupData: boolean;
}

export async function toWindow({ window, timeZone }: WindowArguments): Promise<MaintenanceWindow | null> {
  if (window === undefined) {
    if (timeZone !== undefined) throw new UsageError('--time-zone needs --window FROM-TO');
    return null;
  }
  const { parseWindow } = await import('../../migrations/window.ts');
  return parseWindow(window, timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
}

export async function toGateOptions(options: GateArguments): Promise<GateOptions> {
  const { parseReplica } = await import('../../migrations/replicas.ts');
  const { maxReplicaLag, replica = [], backup, backupData } = options;
  if (backupData && backup === undefined) throw new UsageError('--backup-data needs --backup DIR');
  if ((maxReplicaLag !== undefined) !== replica.length > 0) {
    throw new UsageError('--max-replica-lag and --replica belong together');
  }
  return {
    window: await toWindow(options),
    maxReplicaLagSeconds: maxReplicaLag ?? null,
    replicas: replica.map(parseReplica),
    backup: backup === undefined ? null : { directory: backup, withData: backupData },
  };
}
