import type { Session } from '../../databases/session.ts';
import type { UsageSourceResult } from './usage-source.ts';

/** Reads per index from MariaDB's `information_schema.INDEX_STATISTICS` (MariaDB documentation, "User Statistics"). */
export async function readUserStatistics(session: Session, schema: string): Promise<UsageSourceResult> {
  if (Number(await session.value('SELECT @@userstat')) !== 1) {
    return {
      kind: 'unavailable',
      reason: 'neither performance_schema nor userstat is on',
      mend: 'SET GLOBAL userstat = ON, and userstat=1 in the server configuration to keep it',
    };
  }
  const rows = await session.query(
    `SELECT TABLE_NAME AS tableName, INDEX_NAME AS indexName, ROWS_READ AS rowsRead
       FROM information_schema.INDEX_STATISTICS WHERE TABLE_SCHEMA = ?`,
    [schema],
  );
  return {
    kind: 'measured',
    reads: rows.map((row) => ({
      table: String(row['tableName']),
      index: String(row['indexName']),
      reads: Number(row['rowsRead']),
    })),
  };
}
