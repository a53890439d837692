import { type DuckDBConnection, DuckDBInstance, type JS } from '@duckdb/node-api';
import type { StoredRow, StoredValue } from './sink-under-test.ts';

/** Runs work on a connection to a DuckDB file, which is only read unless told otherwise, or to a database in memory. */
export async function withDuckdb<Result>(
  file: string | null,
  work: (connection: DuckDBConnection) => Promise<Result>,
  access: 'READ_ONLY' | 'READ_WRITE' = 'READ_ONLY',
): Promise<Result> {
  const instance = await (file === null
    ? DuckDBInstance.create(':memory:')
    : DuckDBInstance.create(file, { access_mode: access }));
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The rows of a query, with the values of a StoredRow. */
export async function readWithDuckdb(
  connection: DuckDBConnection,
  select: string,
): Promise<readonly StoredRow[]> {
  const described = await connection.runAndReadAll(`DESCRIBE ${select}`);
  const types = new Map(described.getRows().map(([name, type]) => [String(name), String(type)]));
  const columns = [...types].map(([name, type]) => exact(quoted(name), type));
  const read = await connection.runAndReadAll(`SELECT ${columns.join(', ')} FROM (${select})`);
  return read
    .getRowObjectsJS()
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, storedValue(value, types.get(name)!)]),
      ),
    );
}

/** An identifier as DuckDB's SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A column without what JavaScript would lose: microseconds, digits of decimals, and a BOM before a text. */
function exact(column: string, type: string): string {
  if (type === 'DATE') return `strftime(${column}, '%Y-%m-%d') AS ${column}`;
  if (type === 'TIMESTAMP') return `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f') AS ${column}`;
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f') AS ${column}`;
  if (type === 'VARCHAR') return `encode(${column}) AS ${column}`;
  return type.startsWith('DECIMAL') ? `CAST(${column} AS VARCHAR) AS ${column}` : column;
}

function storedValue(value: JS, type: string): StoredValue {
  if (type === 'VARCHAR' && value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return value;
  throw new Error('a value of a type that no sink writes');
}
