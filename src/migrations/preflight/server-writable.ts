import type { Finding } from '../finding.ts';
import type { PreflightSubject } from './check.ts';
import { readVariables } from './variables.ts';

/** The server takes writes, and what its replicas will make of the builds. */
export async function serverWritable({
  candidates,
  session,
  database,
}: PreflightSubject): Promise<readonly Finding[]> {
  if (candidates.length === 0) return [];
  const variables = await readVariables(session, [
    'read_only',
    'super_read_only',
    'log_bin',
    'binlog_format',
    'wsrep_on',
  ]);
  const isOn = (name: string) => ['ON', '1'].includes(variables.get(name) ?? '');
  const about = { check: 'server-writable', migration: null } as const;
  if (isOn('read_only') || isOn('super_read_only')) {
    return [
      {
        ...about,
        severity: 'refuse',
        message: `the server of database "${database.name}" is read-only: most likely a replica`,
        hint: `point ${database.name.toUpperCase()}_DB_HOST to the primary; the ALTER comes to the replicas by itself`,
      },
    ];
  }
  if (isOn('wsrep_on')) {
    const message =
      'Galera runs an ALTER on all nodes at once (TOI): the cluster takes no writes to the table meanwhile';
    return [{ ...about, severity: 'warn', message, hint: null }];
  }
  if (!isOn('log_bin')) return [];
  const message =
    'the server writes a binary log: each replica replays a build after it is done here, and lags by about its duration';
  const hint = '--max-replica-lag waits between tables; strategy pt-osc or gh-ost throttles itself';
  return [{ ...about, severity: 'note', message, hint }];
}
