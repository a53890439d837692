import type { RowDataPacket } from 'mysql2/promise';
import { quoteIdentifier } from '../../src/databases/identifiers.ts';
import type { TestSchema } from './schemas.ts';

/** `SHOW CREATE TABLE` of each table but the ledger's, without the counter that inserts move. */
export async function createStatements({
  connection,
  name,
}: TestSchema): Promise<Readonly<Record<string, string>>> {
  const [tables] = await connection.query<RowDataPacket[]>(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME',
    [name],
  );
  const statements: Record<string, string> = {};
  for (const { name: table } of tables as { name: string }[]) {
    if (table.startsWith('tidemark_')) continue;
    const [rows] = await connection.query<RowDataPacket[]>(`SHOW CREATE TABLE ${quoteIdentifier(table)}`);
    statements[table] = String(rows[0]?.['Create Table']);
  }
  return statements;
}
