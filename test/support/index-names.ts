import type { RowDataPacket } from 'mysql2/promise';
import type { TestSchema } from './schemas.ts';

/** The names of a table's indexes but the primary key, in order. */
export async function indexNames(
  { connection, name }: TestSchema,
  table: string,
): Promise<readonly string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT DISTINCT INDEX_NAME AS name FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND INDEX_NAME <> 'PRIMARY' ORDER BY INDEX_NAME`,
    [name, table],
  );
  return rows.map((row) => String(row['name']));
}
