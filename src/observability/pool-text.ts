import { formatCount, formatSeconds } from '../format.ts';
import type { Output } from '../output.ts';
import type { RunPoolReport } from './last-pool-report.ts';
import type { PoolReport } from './pool-report.ts';
import type { DatabasePoolStatus } from './pool-status-report.ts';
import { describeWarning } from './pool-warnings.ts';

type Printer = Pick<Output, 'table' | 'colors'>;

/** `tidemark pool status` for people. */
export function renderPoolStatus(databases: readonly DatabasePoolStatus[], output: Printer): string {
  return databases.map((database) => renderDatabase(database, output)).join('\n\n');
}

function renderDatabase(database: DatabasePoolStatus, { table, colors }: Printer): string {
  const { pool, settings, serverConnections: server, warnings } = database;
  const share = Math.round((100 * server.threadsConnected) / server.maxConnections);
  return [
    colors.bold(`${database.database}: ${database.server}`),
    `pool: size ${settings.size}, overflow ${settings.maxOverflow}, recycle ${settings.recycleSeconds} s, pre-ping ${settings.prePing ? 'on' : 'off'}`,
    `this process: ${pool.inUse} in use, ${pool.idle} idle, ${pool.overflow} overflow, ${pool.waiting} waiting`,
    `server: ${server.threadsConnected} of ${server.maxConnections} connections (${share} %), at most ${server.maxUsedConnections} since its start, wait_timeout ${server.waitTimeoutSeconds} s`,
    table([
      ['user', 'host', 'connections', 'active'],
      ...server.clients.map(({ user, host, connections, active }) => [
        user,
        host,
        String(connections),
        String(active),
      ]),
    ]),
    ...(server.complete
      ? []
      : ['only connections of this user are listed: others need the PROCESS privilege']),
    ...warnings.map((warning) => `${colors.yellow('warning:')} ${describeWarning(warning)}`),
  ].join('\n');
}

/** `tidemark pool report` for people. */
export function renderRunPoolReport({ command, pools }: RunPoolReport, output: Printer): string {
  return [`last run: ${command}`, ...pools.map((pool) => renderPool(pool, output))].join('\n\n');
}

function renderPool(report: PoolReport, { table, colors }: Printer): string {
  const { inUse, wait, connectionsClosed: closed } = report;
  const seconds = (Date.parse(report.endedAt) - Date.parse(report.startedAt)) / 1000;
  const rows = [
    ['checkouts', `${formatCount(report.checkouts)} in ${formatSeconds(seconds)}`],
    [
      'in use',
      `${inUse.mean.toFixed(2)} on average, ${inUse.peak} at most, of ${report.size} + ${report.maxOverflow}`,
    ],
    ['utilisation', `${(100 * report.utilisation).toFixed(0)} % of DB_POOL_SIZE (70 to 80 % is the aim)`],
    ['wait', `${milliseconds(wait.meanSeconds)} on average, ${milliseconds(wait.maxSeconds)} at most`],
    ['waiting', `${report.peakWaiting} at most, ${report.acquireFailures} in vain`],
    ['opened', `${report.connectionsOpened}, ${report.connectFailures} failed`],
    [
      'replaced',
      `${closed.recycled} too old, ${closed.dead} dead, ${closed['ping-failed'] + closed.invalidated} failed the ping`,
    ],
    ['overflow', `${closed.overflow} closed`],
    ['oldest', formatSeconds(report.connectionAges[0] ?? 0)],
    ['leaks', `${report.leaks.length}, and ${report.heldLong.length} held for long`],
  ];
  const waits = wait.buckets
    .filter(({ count }) => count > 0)
    .map(({ seconds: bound, count }) => [
      bound === null ? 'longer' : `≤ ${milliseconds(bound)}`,
      formatCount(count),
    ]);
  return [
    colors.bold(report.database),
    table([['', ''], ...rows]).trim(),
    ...(waits.length === 0 ? [] : [table([['waited', 'checkouts'], ...waits])]),
    ...[...report.leaks, ...report.heldLong].map(
      ({ takenAt, heldSeconds }) => `held ${formatSeconds(heldSeconds)}: ${takenAt}`,
    ),
  ].join('\n');
}

function milliseconds(seconds: number): string {
  return `${Number((seconds * 1000).toPrecision(3))} ms`;
}
