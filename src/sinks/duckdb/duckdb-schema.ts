import { RefusedError } from '../../errors.ts';
import type { TargetTable } from '../sink.ts';
import { CHANGE_LOG_COLUMNS } from './change-log.ts';
import { type DuckdbConnection, duckdbIdentifier } from './duckdb-file.ts';
import { asDecimalText, duckdbTypeName, fitsInto } from './duckdb-types.ts';

/** A table of the file: its schema is named after the database. */
export interface DuckdbTableName {
  /** What DuckDB calls the file: without it, a schema of that name could not be told from the file. */
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}

export function qualified({ catalog, schema, table }: DuckdbTableName): string {
  return [catalog, schema, table].map(duckdbIdentifier).join('.');
}

/** What a name is told by: DuckDB folds the case of ASCII letters, and of no others. */
export function foldName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The columns of a table and their types, in order; empty where there is no such table. */
export async function tableColumns(
  connection: DuckdbConnection,
  { catalog, schema, table }: DuckdbTableName,
): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.rows(
    'SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = $1 AND schema_name = $2 AND table_name = $3 ORDER BY column_index',
    [catalog, schema, table],
  );
  return new Map(rows.map((row) => [String(row['column_name']), String(row['data_type'])]));
}

/** Definitions of the columns that are read, for CREATE TABLE. */
export function columnDefinitions(target: Pick<TargetTable, 'columns'>): string {
  return definitions(readColumns(target));
}

/** Definitions of all columns that the sink's table has. No constraint: a key's index would slow every load. */
export function storedDefinitions(target: TargetTable): string {
  return definitions(storedColumns(target));
}

/** Whether a table has exactly the columns that it would be made with, in order. */
export function sameColumns(columns: ReadonlyMap<string, string>, target: TargetTable): boolean {
  return definitions([...columns]) === storedDefinitions(target);
}

type NameAndType = readonly [name: string, type: string];

function readColumns({ columns }: Pick<TargetTable, 'columns'>): readonly NameAndType[] {
  return columns.map(({ name, type }) => [name, duckdbTypeName(type)] as const);
}

function storedColumns(target: TargetTable): readonly NameAndType[] {
  return [...readColumns(target), ...(target.append ? Object.entries(CHANGE_LOG_COLUMNS) : [])];
}

function definitions(columns: readonly NameAndType[]): string {
  return columns.map(([name, type]) => `${duckdbIdentifier(name)} ${type}`).join(', ');
}

/**
 * Makes a table fit the source's columns, all in one transaction: a new column is added (NULL in rows that are not
 * read again), a column that the source dropped stays and is NULL from then on, a widened type is widened, and where
 * the source's type has become narrower the wider one stays. Throws a RefusedError for any other change.
 */
export async function fitTable(
  connection: DuckdbConnection,
  name: DuckdbTableName,
  target: TargetTable,
): Promise<void> {
  const columns = await tableColumns(connection, name);
  const statements: string[] = [];
  const misfits: string[] = [];
  const alter = `ALTER TABLE ${qualified(name)}`;
  const storedNames = new Map([...columns.keys()].map((stored) => [foldName(stored), stored]));
  for (const column of target.columns) {
    const wanted = duckdbTypeName(column.type);
    const stored = storedNames.get(foldName(column.name));
    const present = stored === undefined ? undefined : columns.get(stored);
    const quoted = duckdbIdentifier(column.name);
    if (stored !== undefined && stored !== column.name)
      statements.push(`${alter} RENAME COLUMN ${duckdbIdentifier(stored)} TO ${quoted}`);
    if (present === undefined) statements.push(`${alter} ADD COLUMN ${quoted} ${wanted}`);
    else if (fitsInto(wanted, present)) continue;
    else if (fitsInto(present, wanted))
      statements.push(
        `${alter} ALTER COLUMN ${quoted} TYPE ${wanted} USING CAST(${asDecimalText(quoted, column.type)} AS ${wanted})`,
      );
    else misfits.push(`column "${column.name}" was ${present} and is now ${wanted}`);
  }
  if (misfits.length > 0) {
    throw new RefusedError(`${target.database}.${target.table}: ${misfits.join('; ')}`, {
      hint: `reload the table: tidemark extract-load --db=${target.database} --table=${target.table} --full-refresh`,
    });
  }
  for (const statement of statements) await connection.transaction(() => connection.run(statement));
}
