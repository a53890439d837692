import type { ServerInfo } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import { groupBy } from './group-by.ts';
import type { IntrospectedIndex } from './introspect-indexes.ts';
import { readDictionary } from './read-dictionary.ts';
import { tableCondition } from './table-condition.ts';

export interface TableInfo {
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** Null for a view. */
  readonly engine: string | null;
  /** The engine's estimate, exact for none but MyISAM. */
  readonly rowsEstimate: number;
  readonly dataBytes: number;
  readonly indexBytes: number;
  /** DYNAMIC, COMPACT, …; it limits the length of a key. */
  readonly rowFormat: string | null;
  readonly partitioned: boolean;
  readonly comment: string;
  /** When it was made, or last rebuilt, as the server writes it in the session's zone; null for a view. */
  readonly created: string | null;
  readonly columns: readonly ColumnInfo[];
  /** Names of the primary key's columns in key order; empty without one. */
  readonly primaryKey: readonly string[];
}

export interface ColumnInfo {
  readonly name: string;
  /** Type without its attributes, lower case: `bigint`, `datetime`. */
  readonly dataType: string;
  /** Type with its attributes, as in SHOW CREATE TABLE: `bigint(20) unsigned`, `datetime(6)`. */
  readonly columnType: string;
  readonly nullable: boolean;
  readonly characterSet: string | null;
  readonly collation: string | null;
  /** Characters (bytes for binary types); null for what is not text. */
  readonly maximumLength: number | null;
  /** Bytes. */
  readonly maximumBytes: number | null;
  readonly numericPrecision: number | null;
  readonly numericScale: number | null;
  /** Part of the primary key, or of the unique key that InnoDB clusters the table by for want of one. */
  readonly clustered: boolean;
  /** Digits of a second's fraction, 0 to 6; null for what is not a time. */
  readonly timePrecision: number | null;
  /** As the server reports it, upper case: `AUTO_INCREMENT`, `DEFAULT_GENERATED ON UPDATE CURRENT_TIMESTAMP`. */
  readonly extra: string;
}

/**
 * Reads tables and views of a schema with their columns, by name; a name that does not exist is left out. The primary
 * keys are taken from `indexes` where a caller has read them, and asked for otherwise.
 */
export async function introspectTables(
  session: Session,
  server: ServerInfo,
  options: {
    readonly schema: string;
    readonly tables?: readonly string[];
    readonly indexes?: readonly IntrospectedIndex[];
  },
): Promise<readonly TableInfo[]> {
  const { schema, tables } = options;
  if (tables?.length === 0) return [];
  const filter = tableCondition(tables);
  const values = [schema, ...(tables ?? [])];
  const tableRows = await readDictionary<TableRow>(
    session,
    server,
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine, TABLE_ROWS AS rowsEstimate,
            DATA_LENGTH AS dataBytes, INDEX_LENGTH AS indexBytes, ROW_FORMAT AS rowFormat,
            CREATE_OPTIONS AS options, TABLE_COMMENT AS comment,
            CAST(CREATE_TIME AS CHAR) AS created
       FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ${filter} ORDER BY TABLE_NAME`,
    values,
  );
  const columnRows = await readDictionary<ColumnRow>(
    session,
    server,
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, DATA_TYPE AS dataType, COLUMN_TYPE AS columnType,
            IS_NULLABLE AS nullable, CHARACTER_SET_NAME AS characterSet, COLLATION_NAME AS collation,
            CHARACTER_MAXIMUM_LENGTH AS maximumLength, CHARACTER_OCTET_LENGTH AS maximumBytes,
            NUMERIC_PRECISION AS numericPrecision, NUMERIC_SCALE AS numericScale,
            DATETIME_PRECISION AS timePrecision, EXTRA AS extra, COLUMN_KEY AS columnKey
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ${filter} ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    values,
  );
  const keys = primaryKeysOf(options.indexes) ?? (await readPrimaryKeys(session, server, filter, values));
  const columns = groupBy(columnRows, (row) => row.tableName);
  return tableRows.map((row) =>
    tableInfo(row, (columns.get(row.name) ?? []).map(columnInfo), keys.get(row.name) ?? []),
  );
}

/** Column names of each table's primary key. */
type PrimaryKeys = ReadonlyMap<string, readonly string[]>;

function primaryKeysOf(indexes: readonly IntrospectedIndex[] | undefined): PrimaryKeys | null {
  if (indexes === undefined) return null;
  const primary = indexes.filter((index) => index.primary);
  return new Map(
    primary.map(({ table, parts }) => [
      table,
      parts.flatMap((part) => (part.kind === 'column' ? [part.name] : [])),
    ]),
  );
}

async function readPrimaryKeys(
  session: Session,
  server: ServerInfo,
  filter: string,
  values: readonly string[],
): Promise<PrimaryKeys> {
  const rows = await readDictionary<{ readonly tableName: string; readonly name: string }>(
    session,
    server,
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND INDEX_NAME = 'PRIMARY' ${filter} ORDER BY TABLE_NAME, SEQ_IN_INDEX`,
    values,
  );
  const byTable = groupBy(rows, (row) => row.tableName);
  return new Map([...byTable].map(([table, keys]) => [table, keys.map((key) => key.name)]));
}

/** Names of all tables and views of a schema. */
export async function listTableNames(
  session: Session,
  server: ServerInfo,
  schema: string,
): Promise<readonly string[]> {
  return tableNames(session, server, schema, '');
}

/** Names of the tables of a schema that hold rows themselves: no view, no sequence. */
export async function listBaseTables(
  session: Session,
  server: ServerInfo,
  schema: string,
): Promise<readonly string[]> {
  return tableNames(session, server, schema, "AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')");
}

async function tableNames(
  session: Session,
  server: ServerInfo,
  schema: string,
  condition: string,
): Promise<readonly string[]> {
  const rows = await readDictionary<{ readonly name: string }>(
    session,
    server,
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ${condition} ORDER BY TABLE_NAME`,
    [schema],
  );
  return rows.map(({ name }) => name);
}

/** A column by its name; names of columns are not case-sensitive on either server. */
export function findColumn({ columns }: TableInfo, name: string): ColumnInfo | undefined {
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

/** The columns of a table that hold a time. */
export function timeColumns(table: TableInfo): readonly ColumnInfo[] {
  return table.columns.filter(isTime);
}

export function isTime({ dataType }: ColumnInfo): boolean {
  return ['datetime', 'timestamp', 'date'].includes(dataType);
}

/** Numbers above 2^53 come as text. */
type ServerNumber = number | string | null;

// Type aliases: an interface is no `Row`, for it could be extended.
type TableRow = {
  readonly name: string;
  readonly type: string;
  readonly engine: string | null;
  readonly rowsEstimate: ServerNumber;
  readonly dataBytes: ServerNumber;
  readonly indexBytes: ServerNumber;
  readonly rowFormat: string | null;
  readonly options: string | null;
  readonly comment: string | null;
  readonly created: string | null;
};

type ColumnRow = {
  readonly tableName: string;
  readonly name: string;
  readonly dataType: string;
  readonly columnType: string;
  readonly nullable: string;
  readonly characterSet: string | null;
  readonly collation: string | null;
  readonly maximumLength: ServerNumber;
  readonly maximumBytes: ServerNumber;
  readonly numericPrecision: ServerNumber;
  readonly numericScale: ServerNumber;
  readonly timePrecision: ServerNumber;
  readonly extra: string | null;
  readonly columnKey: string;
};

function tableInfo(row: TableRow, columns: readonly ColumnInfo[], primaryKey: readonly string[]): TableInfo {
  return {
    name: row.name,
    kind: row.type === 'VIEW' || row.type === 'SYSTEM VIEW' ? 'view' : 'table',
    engine: row.engine,
    rowsEstimate: Number(row.rowsEstimate ?? 0),
    dataBytes: Number(row.dataBytes ?? 0),
    indexBytes: Number(row.indexBytes ?? 0),
    rowFormat: row.rowFormat,
    partitioned: row.options?.includes('partitioned') === true,
    comment: row.comment ?? '',
    created: row.created,
    columns,
    primaryKey,
  };
}

function columnInfo(row: ColumnRow): ColumnInfo {
  return {
    name: row.name,
    dataType: row.dataType.toLowerCase(),
    columnType: row.columnType,
    nullable: row.nullable === 'YES',
    clustered: row.columnKey === 'PRI',
    characterSet: row.characterSet,
    collation: row.collation,
    maximumLength: numberOrNull(row.maximumLength),
    maximumBytes: numberOrNull(row.maximumBytes),
    numericPrecision: numberOrNull(row.numericPrecision),
    numericScale: numberOrNull(row.numericScale),
    timePrecision: numberOrNull(row.timePrecision),
    extra: row.extra?.toUpperCase() ?? '',
  };
}

function numberOrNull(value: ServerNumber): number | null {
  return value === null ? null : Number(value);
}
