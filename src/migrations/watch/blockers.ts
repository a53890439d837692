import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';

/** A connection whose transaction or statement keeps an ALTER TABLE from its metadata lock. */
export interface Blocker {
  readonly connectionId: number;
  readonly user: string;
  readonly host: string;
  /** How long its transaction, or else its statement or idleness, lasts. */
  readonly seconds: number;
  /** What it runs, or ran last; null where the server does not tell. */
  readonly statement: string | null;
  /** False where the server does not show its metadata locks: an open transaction, perhaps on another table. */
  readonly certain: boolean;
}

export interface WaitingStatement {
  readonly connectionId: number;
  readonly schema: string;
  readonly table: string;
}

/** Whether a connection's statement waits for a table's metadata lock. */
export async function waitsForMetadataLock(monitor: Session, connectionId: number): Promise<boolean> {
  const state = await monitor.value<string>('SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = ?', [
    connectionId,
  ]);
  return state !== null && /waiting for (table )?metadata lock/i.test(state);
}

/** Who holds up the statement, longest first. Empty where the server or our privileges do not let us see it. */
export async function findBlockers(
  monitor: Session,
  server: ServerInfo,
  waiting: WaitingStatement,
): Promise<readonly Blocker[]> {
  const find = await chooseSource(monitor, server);
  const rows = await find(monitor, waiting).catch((): readonly BlockerRow[] => []);
  const certain = find !== openTransactions;
  return rows.map((row) => ({
    connectionId: row.connectionId,
    user: row.user ?? '?',
    host: row.host ?? '?',
    seconds: row.seconds ?? 0,
    statement: row.statement,
    certain,
  }));
}

type BlockerRow = {
  readonly connectionId: number;
  readonly user: string | null;
  readonly host: string | null;
  readonly seconds: number | null;
  readonly statement: string | null;
};

async function chooseSource(monitor: Session, server: ServerInfo) {
  if (server.flavour === 'mariadb' && (await hasMetadataLockPlugin(monitor)))
    return metadataLockPluginBlockers;
  return (await hasMetadataLockInstrument(monitor)) ? performanceSchemaBlockers : openTransactions;
}

/** On by default since MySQL 8.0, off by default on MariaDB. */
async function hasMetadataLockInstrument(monitor: Session): Promise<boolean> {
  const enabled = await monitor
    .value(
      "SELECT ENABLED FROM performance_schema.setup_instruments WHERE NAME = 'wait/lock/metadata/sql/mdl'",
    )
    .catch(() => null);
  return enabled === 'YES';
}

async function performanceSchemaBlockers(
  monitor: Session,
  waiting: WaitingStatement,
): Promise<readonly BlockerRow[]> {
  return monitor.query<BlockerRow>(
    `SELECT DISTINCT t.PROCESSLIST_ID AS connectionId, t.PROCESSLIST_USER AS user, t.PROCESSLIST_HOST AS host,
            COALESCE(TIMESTAMPDIFF(SECOND, trx.trx_started, NOW()), t.PROCESSLIST_TIME) AS seconds,
            COALESCE(t.PROCESSLIST_INFO, s.SQL_TEXT) AS statement
       FROM performance_schema.metadata_locks l
       JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID
       LEFT JOIN performance_schema.events_statements_current s
              ON s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_ID IS NULL
       LEFT JOIN information_schema.INNODB_TRX trx ON trx.trx_mysql_thread_id = t.PROCESSLIST_ID
      WHERE l.OBJECT_TYPE = 'TABLE' AND l.OBJECT_SCHEMA = ? AND l.OBJECT_NAME = ?
        AND l.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID <> ?
      ORDER BY seconds DESC`,
    [waiting.schema, waiting.table, waiting.connectionId],
  );
}

async function hasMetadataLockPlugin(monitor: Session): Promise<boolean> {
  const found = await monitor.value(
    `SELECT 1 FROM information_schema.PLUGINS
      WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'`,
  );
  return found !== null;
}

async function metadataLockPluginBlockers(
  monitor: Session,
  waiting: WaitingStatement,
): Promise<readonly BlockerRow[]> {
  return monitor.query<BlockerRow>(
    `SELECT DISTINCT p.ID AS connectionId, p.USER AS user, p.HOST AS host,
            COALESCE(TIMESTAMPDIFF(SECOND, trx.trx_started, NOW()), p.TIME) AS seconds, p.INFO AS statement
       FROM information_schema.METADATA_LOCK_INFO l
       JOIN information_schema.PROCESSLIST p ON p.ID = l.THREAD_ID
       LEFT JOIN information_schema.INNODB_TRX trx ON trx.trx_mysql_thread_id = p.ID
      WHERE l.TABLE_SCHEMA = ? AND l.TABLE_NAME = ? AND p.ID <> ?
      ORDER BY seconds DESC`,
    [waiting.schema, waiting.table, waiting.connectionId],
  );
}

/** MariaDB without the plugin: whoever has a transaction open, or a statement that names the table. */
async function openTransactions(monitor: Session, waiting: WaitingStatement): Promise<readonly BlockerRow[]> {
  return monitor.query<BlockerRow>(
    `SELECT p.ID AS connectionId, p.USER AS user, p.HOST AS host,
            COALESCE(TIMESTAMPDIFF(SECOND, trx.trx_started, NOW()), p.TIME) AS seconds, p.INFO AS statement
       FROM information_schema.PROCESSLIST p
       LEFT JOIN information_schema.INNODB_TRX trx ON trx.trx_mysql_thread_id = p.ID
      WHERE p.ID NOT IN (?, CONNECTION_ID()) AND p.COMMAND <> 'Daemon'
        AND (trx.trx_id IS NOT NULL OR (p.DB = ? AND LOCATE(?, p.INFO) > 0))
        AND COALESCE(p.STATE, '') NOT LIKE 'Waiting for table metadata lock%'
      ORDER BY seconds DESC`,
    [waiting.connectionId, waiting.schema, waiting.table],
  );
}
