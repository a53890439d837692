import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';

/** Reads how far a connection's running ALTER TABLE is. */
export interface ProgressReader extends AsyncDisposable {
  /** 0 to 1, or null where the server does not tell. */
  read(connectionId: number): Promise<number | null>;
}

/** Opens the server's source of progress. Reads on `monitor`, never on the connection that runs the statement. */
export async function openProgressReader(monitor: Session, server: ServerInfo): Promise<ProgressReader> {
  return server.flavour === 'mariadb' ? onlineDdlStatus(monitor) : stageEvents(monitor);
}

/**
 * MySQL manual, "Monitoring ALTER TABLE Progress for InnoDB Tables Using Performance Schema": the instruments are on by
 * default, the consumer is not. It is turned on for the run where the user may, and off again.
 */
async function stageEvents(monitor: Session): Promise<ProgressReader> {
  const turnedOn = await switchConsumer(monitor, 'YES');
  return {
    async read(connectionId) {
      const rows = await monitor
        .query(
          `SELECT WORK_COMPLETED AS completed, WORK_ESTIMATED AS estimated
             FROM performance_schema.events_stages_current
             JOIN performance_schema.threads USING (THREAD_ID)
            WHERE PROCESSLIST_ID = ? AND EVENT_NAME LIKE 'stage/innodb/alter table%'`,
          [connectionId],
        )
        .catch(() => []);
      const estimated = Number(rows[0]?.['estimated'] ?? 0);
      if (estimated === 0) return null;
      return Math.min(Number(rows[0]?.['completed'] ?? 0) / estimated, 1);
    },
    [Symbol.asyncDispose]: async () => {
      if (turnedOn) await switchConsumer(monitor, 'NO');
    },
  };
}

/** Whether this call changed it; false without the privilege, which progress does without. */
async function switchConsumer(monitor: Session, enabled: 'YES' | 'NO'): Promise<boolean> {
  const changed = await monitor
    .execute(
      `UPDATE performance_schema.setup_consumers SET ENABLED = ? WHERE NAME = 'events_stages_current' AND ENABLED <> ?`,
      [enabled, enabled],
    )
    .catch(() => 0);
  return changed > 0;
}

/**
 * MariaDB: a global status in hundredths of a percent, which keeps its last value after a build; so it counts only once
 * it has moved. The process list's own progress stays 0 for an in-place build.
 */
async function onlineDdlStatus(monitor: Session): Promise<ProgressReader> {
  const readStatus = async () => {
    const rows = await monitor
      .query("SHOW GLOBAL STATUS LIKE 'Innodb_onlineddl_pct_progress'")
      .catch(() => []);
    const value = rows[0]?.['Value'];
    return value === undefined ? null : Number(value);
  };
  const initial = await readStatus();
  let moved = false;
  let highest = 0;
  return {
    async read() {
      const value = await readStatus();
      moved ||= value !== initial;
      // It is the whole server's: a fall is another build's beginning.
      if (moved && (value ?? 0) < highest) return null;
      if (moved) highest = value ?? 0;
      return value === null || !moved ? null : Math.min(value / 10_000, 1);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
