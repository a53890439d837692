import type { Connection, RowDataPacket } from 'mysql2/promise';
import { quoteIdentifier } from '../../../src/databases/identifiers.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly fullType: string;
  readonly length: number;
  readonly extra: string;
}

/** Inserts rows from `first` on, `count` of them: every value follows from the row's number. */
export async function fillTable(
  connection: Connection,
  table: string,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<void> {
  const columns = await readColumns(connection, table);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const rows = Array.from({ length: count }, (_, at) => {
    const values = columns.map((column) => valueOf(column, first + at));
    return `(${values.join(', ')})`;
  });
  await connection.query(`INSERT INTO ${quoteIdentifier(table)} (${names}) VALUES ${rows.join(', ')}`);
}

/** Names of the tables of the connection's schema, without views. */
export async function tableNames(connection: Connection): Promise<readonly string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
  );
  return rows.map((row) => String(row['name']));
}

/** A statement that changes some of a table's rows as its application would, moving the column that it keeps for that. */
export async function touch(
  connection: Connection,
  table: string,
  { cursor, rows }: { readonly cursor: string; readonly rows: number },
): Promise<void> {
  const columns = await readColumns(connection, table);
  const stamp = columns.find(({ name }) => name === cursor)!;
  const now = ['int', 'bigint'].includes(stamp.type)
    ? `ROUND(UNIX_TIMESTAMP(NOW(3)) * ${stamp.type === 'bigint' ? 1000 : 1}, 0)`
    : 'UTC_TIMESTAMP(6)';
  const payload = columns.find(
    ({ name, type, extra }) =>
      name !== cursor &&
      ['varchar', 'text', 'double', 'decimal', 'longtext'].includes(type) &&
      !/PRI|UNI|MUL/.test(extra),
  );
  const changed = payload === undefined ? '' : `, ${quoteIdentifier(payload.name)} = '7'`;
  await connection.query(
    `UPDATE ${quoteIdentifier(table)} SET ${quoteIdentifier(cursor)} = ${now}${changed} LIMIT ${rows}`,
  );
}

async function readColumns(connection: Connection, table: string): Promise<readonly Column[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS fullType, CHARACTER_MAXIMUM_LENGTH AS length,
            CONCAT(EXTRA, ' ', COLUMN_KEY) AS extra
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
    [table],
  );
  return rows.map((row) => ({
    name: String(row['name']),
    type: String(row['type']).toLowerCase(),
    fullType: String(row['fullType']),
    length: Number(row['length'] ?? 0),
    extra: String(row['extra']),
  }));
}

/** Numbers that are times, by the names that the schemas have for them. */
const SECONDS = /^(?:dateline|lastupdate)$/;
const MILLISECONDS = /^(?:createdAt|updatedAt)$/;

function valueOf({ name, type, fullType, length }: Column, row: number): string {
  const ago = `INTERVAL ${row} HOUR`;
  // MariaDB's JSON is a LONGTEXT with a condition.
  if (name === 'doc') return `'{"row": ${row}}'`;
  switch (type) {
    case 'tinyint':
      return String(row % 100);
    case 'int':
    case 'bigint':
      if (SECONDS.test(name)) return `UNIX_TIMESTAMP() - ${row * 3600}`;
      return MILLISECONDS.test(name) ? `(UNIX_TIMESTAMP() - ${row * 3600}) * 1000` : String(row);
    case 'smallint':
    case 'mediumint':
    case 'float':
    case 'double':
    case 'decimal':
      return String(row);
    case 'datetime':
    case 'timestamp':
      return `UTC_TIMESTAMP() - ${ago}`;
    case 'date':
      return `'2025-0${1 + (row % 9)}-15'`;
    case 'time':
      return "'12:34:56'";
    case 'enum':
    case 'set':
      return fullType.slice(fullType.indexOf("'"), fullType.indexOf("'", fullType.indexOf("'") + 1) + 1);
    case 'binary':
      return `'${String(row).padStart(length, '0')}'`;
    default:
      return `'r${row}'`;
  }
}
