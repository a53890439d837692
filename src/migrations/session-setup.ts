import { type ServerInfo, atLeast } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import type { EngineOptions } from './options.ts';

/** A day: the sessions hold the lock and may be idle for as long as a table is copied by another tool. */
const IDLE_SECONDS = 86_400;

/** Prepares the session that runs DDL. */
export async function prepareDdlSession(
  session: Session,
  server: ServerInfo,
  options: EngineOptions,
): Promise<void> {
  const variables: [string, number | string | null][] = [
    ['autocommit', 1],
    ['lock_wait_timeout', options.lockWaitTimeoutSeconds],
    ['wait_timeout', IDLE_SECONDS],
  ];
  // A global limit on statements would end a long build.
  if (server.flavour === 'mariadb') variables.push(['max_statement_time', 0]);
  // The table of a system-versioned row's past takes a unique index only when told that its rows stay as they are.
  if (server.flavour === 'mariadb' && atLeast(server.version, [10, 3, 4])) {
    variables.push(['system_versioning_alter_history', 'KEEP']);
  }
  // MySQL manual, "Configuring Parallel Threads for Online DDL Operations".
  if (server.flavour === 'mysql' && atLeast(server.version, [8, 0, 27])) {
    variables.push(
      ['innodb_ddl_buffer_size', options.ddlBufferBytes],
      ['innodb_ddl_threads', options.ddlThreads],
      ['innodb_parallel_read_threads', options.parallelReadThreads],
    );
  }
  const assignments = variables.flatMap(([name, value]) => (value === null ? [] : [`${name} = ${value}`]));
  await session.execute(`SET SESSION ${assignments.join(', ')}`);
}

/** Prepares the session that reads and watches. */
export async function prepareMonitorSession(session: Session, server: ServerInfo): Promise<void> {
  // Where it is off by default, the first read would be the last that sees anything new: the index that was just built.
  const variables = ['autocommit = 1', `wait_timeout = ${IDLE_SECONDS}`];
  // MySQL 8 shows row counts of up to a day ago otherwise.
  if (server.flavour === 'mysql' && atLeast(server.version, [8, 0, 0])) {
    variables.push('information_schema_stats_expiry = 0');
  }
  await session.execute(`SET SESSION ${variables.join(', ')}`);
}
