import type { RowDataPacket } from 'mysql2/promise';
import type { Extraction } from './extraction.ts';

/** Ends every connection of the schema but the test's own. */
export async function killOthers(extraction: Extraction): Promise<void> {
  const [rows] = await extraction.connection.query<RowDataPacket[]>(
    'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()',
  );
  for (const row of rows) {
    await extraction.connection.query(`KILL ${row['id']}`).catch(() => undefined);
  }
}
