import { DuckDBInstance } from '@duckdb/node-api';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { quoteIdentifier, quoteString } from '../../src/databases/identifiers.ts';

/** How a row differs between source and sink. */
export type RowDifference =
  | { readonly kind: 'missing'; readonly key: string }
  | { readonly kind: 'extra'; readonly key: string }
  | { readonly kind: 'duplicate'; readonly key: string }
  | {
      readonly kind: 'different';
      readonly key: string;
      readonly columns: Readonly<
        Record<string, { readonly source: string | null; readonly sink: string | null }>
      >;
    };

export interface Comparison {
  readonly connection: Connection;
  readonly table: string;
  readonly duckdbFile: string;
  /** Schema in the DuckDB file; the database's name in the project. */
  readonly database: string;
  /** Columns that are not compared, such as masked ones. */
  readonly except?: readonly string[];
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly key: boolean;
}

/**
 * Compares a table with its copy in a DuckDB file by key and all columns, and returns every difference. Both sides are
 * turned into text by their own SQL, so that no code of the extraction takes part: bytes and texts as hex, numbers in
 * full, FLOAT and DOUBLE as the shortest text of the stored value, times to the microsecond, dates that are none as
 * NULL, geometries as WKB with x first.
 */
export async function compareTables(comparison: Comparison): Promise<readonly RowDifference[]> {
  const columns = await readColumns(comparison);
  const source = await readSource(comparison, columns);
  const sink = await readSink(comparison, columns);
  const differences: RowDifference[] = [...sink.duplicates].map((key) => ({ kind: 'duplicate', key }));
  for (const [key, row] of source) {
    const copy = sink.rows.get(key);
    if (copy === undefined) {
      differences.push({ kind: 'missing', key });
      continue;
    }
    const different = columns.flatMap(({ name }, at) =>
      row[at] === copy[at] ? [] : [[name, { source: row[at] ?? null, sink: copy[at] ?? null }] as const],
    );
    if (different.length > 0)
      differences.push({ kind: 'different', key, columns: Object.fromEntries(different) });
  }
  for (const key of sink.rows.keys()) if (!source.has(key)) differences.push({ kind: 'extra', key });
  return differences;
}

type TextRow = readonly (string | null)[];

async function readColumns({ connection, table, except = [] }: Comparison): Promise<readonly Column[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COLUMN_NAME AS name, LOWER(DATA_TYPE) AS type, COLUMN_KEY = 'PRI' AS isKey FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
    [table],
  );
  return rows
    .map((row) => ({ name: String(row['name']), type: String(row['type']), key: Number(row['isKey']) === 1 }))
    .filter((column) => !except.includes(column.name));
}

async function readSource(comparison: Comparison, columns: readonly Column[]): Promise<Map<string, TextRow>> {
  const { connection, table } = comparison;
  await connection.query("SET SESSION time_zone = '+00:00'");
  const list = columns.map(sourceText).join(', ');
  const [rows] = await connection.query<RowDataPacket[]>({
    sql: `SELECT ${list} FROM ${quoteIdentifier(table)}`,
    rowsAsArray: true,
    typeCast: (field) => field.string('utf8'),
  });
  const textRows: readonly TextRow[] = rows.map((row) => Object.values(row) as TextRow);
  return new Map(
    textRows.map((row) => normalized(row, columns)).map((row) => [keyOf(row, columns), row] as const),
  );
}

async function readSink(
  { duckdbFile, database, table }: Comparison,
  columns: readonly Column[],
): Promise<{ readonly rows: ReadonlyMap<string, TextRow>; readonly duplicates: ReadonlySet<string> }> {
  const instance = await DuckDBInstance.create(duckdbFile, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    const types = new Map(
      (
        await connection.runAndReadAll(
          `SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ${quoteString(database)} AND table_name = ${quoteString(table)}`,
        )
      )
        .getRows()
        .map((row) => [String(row[0]), String(row[1])]),
    );
    const list = columns.map(({ name }) => sinkText(`"${name}"`, types.get(name) ?? '')).join(', ');
    const read = await connection.runAndReadAll(`SELECT ${list} FROM "${database}"."${table}"`);
    const rows = new Map<string, TextRow>();
    const duplicates = new Set<string>();
    for (const values of read.getRows()) {
      const row = normalized(
        values.map((value) => (value === null ? null : String(value))),
        columns,
      );
      const key = keyOf(row, columns);
      if (rows.has(key)) duplicates.add(key);
      rows.set(key, row);
    }
    return { rows, duplicates };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A source column as text. */
function sourceText({ name, type }: Column): string {
  const column = quoteIdentifier(name);
  switch (type) {
    case 'float':
    case 'double':
      return `(${column} + 0E0)`;
    case 'bit':
      return `(${column} + 0)`;
    case 'year':
      return `(${column} + 0)`;
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
    case 'vector':
      return `HEX(${column})`;
    case 'geometry':
    case 'point':
    case 'linestring':
    case 'polygon':
    case 'geometrycollection':
    case 'geomcollection':
      // The stored form is the SRID, then the WKB with x first. ST_AsWKB would swap the axes of a geographic system.
      return `SUBSTRING(HEX(${column}), 9)`;
    case 'date':
    case 'datetime':
    case 'timestamp':
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'decimal':
      return column;
    default:
      return `HEX(CONVERT(${column} USING utf8mb4))`;
  }
}

/** A sink column as text, by its DuckDB type. */
function sinkText(column: string, type: string): string {
  if (type === 'BLOB') return `hex(${column})`;
  if (type === 'VARCHAR') return `hex(encode(${column}))`;
  if (type === 'DATE') return `strftime(${column}, '%Y-%m-%d')`;
  if (type === 'TIMESTAMP') return `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f')`;
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f')`;
  return type === 'FLOAT' || type === 'DOUBLE' ? column : `CAST(${column} AS VARCHAR)`;
}

function keyOf(row: TextRow, columns: readonly Column[]): string {
  return columns.flatMap((column, at) => (column.key ? [row[at] ?? 'NULL'] : [])).join(' ');
}

/** One form for both sides. */
function normalized(row: TextRow, columns: readonly Column[]): TextRow {
  return columns.map(({ type }, at) => {
    const text = row[at] ?? null;
    if (text === null) return null;
    switch (type) {
      case 'float':
        return String(Math.fround(Number(text)));
      case 'double':
        return String(Number(text));
      case 'tinyint':
      case 'smallint':
      case 'mediumint':
      case 'int':
      case 'bigint':
        return String(BigInt(text));
      case 'decimal':
        // DuckDB writes no 0 before the point, ZEROFILL many; what is too wide for DuckDB is there as text.
        return (/^[0-9A-F]{50,}$/.test(text) ? Buffer.from(text, 'hex').toString() : text).replace(
          /^(-?)0*/,
          '$1',
        );
      case 'date':
      case 'datetime':
      case 'timestamp':
        return isCalendarDate(text)
          ? text.padEnd(type === 'date' ? 10 : 20, '.').padEnd(type === 'date' ? 10 : 26, '0')
          : null;
      default:
        return text;
    }
  });
}

function isCalendarDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
