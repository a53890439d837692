import { RefusedError } from '../../errors.ts';
import type { TargetTable } from '../sink.ts';
import { identifier, shortHash, storedName } from './postgres-identifiers.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { isDependentObject } from './postgres-errors.ts';
import { fitsInto, postgresTypeName } from './postgres-types.ts';

/** When a row was found to be gone from the source. */
export const DELETED_AT = '_tidemark_deleted_at';
/** Of two versions of a row in a change log, the one with the larger sequence is the later one. */
export const SEQUENCE = '_tidemark_sequence';

/** What a change log has of every version, beside the source's columns. */
const CHANGE_LOG_COLUMNS: readonly NameAndType[] = [
  [SEQUENCE, 'bigint'],
  ['_tidemark_run_id', 'text'],
  ['_tidemark_loaded_at', 'timestamp with time zone'],
];

type NameAndType = readonly [name: string, type: string];

/** A table of the database, as the catalog names it. */
export interface PostgresTableName {
  readonly schema: string;
  readonly table: string;
}

/** Where readers find a table: a schema for each database of the source. */
export function publishedName({
  database,
  table,
}: Pick<TargetTable, 'database' | 'table'>): PostgresTableName {
  return { schema: storedName(database), table: storedName(table) };
}

/** Where the rows of a load are until it is complete. */
export function loadingName({ database, table }: Pick<TargetTable, 'database' | 'table'>): PostgresTableName {
  return { schema: '_tidemark', table: `loading_${shortHash(`${database}\0${table}`)}` };
}

export function qualified({ schema, table }: PostgresTableName): string {
  return `${identifier(schema)}.${identifier(table)}`;
}

/** The columns of a table and their types, in order; empty where there is no such table. */
export async function tableColumns(
  connection: PostgresConnection,
  { schema, table }: PostgresTableName,
): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.rows(
    `SELECT attname, format_type(atttypid, atttypmod) AS type
       FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
       JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
      WHERE nspname = $1 AND relname = $2 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [schema, table],
  );
  return new Map(rows.map((row) => [String(row['attname']), String(row['type'])]));
}

/** Definitions of the columns that are read. */
export function columnDefinitions(target: Pick<TargetTable, 'columns'>): string {
  return definitions(readColumns(target));
}

/** Definitions of all columns that the sink's table has. */
export function storedDefinitions(target: TargetTable): string {
  return definitions(storedColumns(target));
}

/** Whether a table has exactly the columns that it would be made with, in order. */
export function sameColumns(columns: ReadonlyMap<string, string>, target: TargetTable): boolean {
  return definitions([...columns]) === storedDefinitions(target);
}

function readColumns({ columns }: Pick<TargetTable, 'columns'>): readonly NameAndType[] {
  return columns.map(({ name, type }) => [storedName(name), postgresTypeName(type)] as const);
}

function storedColumns(target: TargetTable): readonly NameAndType[] {
  return [...readColumns(target), ...(target.append ? CHANGE_LOG_COLUMNS : [])];
}

function definitions(columns: readonly NameAndType[]): string {
  return columns.map(([name, type]) => `${identifier(name)} ${type}`).join(', ');
}

/**
 * Makes a table fit the source's columns, in the caller's transaction: a new column is added (NULL in rows that are not
 * read again), a column that the source dropped stays, a widened type is widened, and where the source's type has become
 * narrower the wider one stays. Any other change is refused, or with `replaced` the column starts over: all of its rows
 * are about to be replaced.
 */
export async function fitTable(
  connection: PostgresConnection,
  name: PostgresTableName,
  target: TargetTable,
  { replaced }: { readonly replaced: boolean },
): Promise<void> {
  const present = await tableColumns(connection, name);
  const changes: string[] = [];
  const misfits: string[] = [];
  for (const [column, wanted] of storedColumns(target)) {
    const actual = present.get(column);
    const quoted = identifier(column);
    if (actual === undefined) changes.push(`ADD COLUMN ${quoted} ${wanted}`);
    else if (fitsInto(wanted, actual)) continue;
    else if (fitsInto(actual, wanted)) changes.push(`ALTER COLUMN ${quoted} TYPE ${wanted}`);
    else if (replaced) changes.push(`ALTER COLUMN ${quoted} TYPE ${wanted} USING NULL`);
    else misfits.push(`column "${column}" was ${actual} and is now ${wanted}`);
  }
  if (misfits.length > 0) {
    throw new RefusedError(`${target.database}.${target.table}: ${misfits.join('; ')}`, {
      hint: `reload the table: tidemark extract-load --db=${target.database} --table=${target.table} --full-refresh`,
    });
  }
  if (changes.length === 0) return;
  try {
    await connection.run(`ALTER TABLE ${qualified(name)} ${changes.join(', ')}`);
  } catch (error) {
    if (!isDependentObject(error)) throw error;
    throw new RefusedError(
      `${target.database}.${target.table}: a view or rule stands in the way of ${changes.join(', ')}`,
      { cause: error, hint: 'drop what depends on the column, run again, and recreate it' },
    );
  }
}

/** The columns of the unique index or primary key that has exactly these columns, if there is one. */
export async function hasKey(
  connection: PostgresConnection,
  { schema, table }: PostgresTableName,
  key: readonly string[],
): Promise<boolean> {
  const rows = await connection.rows(
    `SELECT array_agg(attname::text ORDER BY attname) AS columns
       FROM pg_catalog.pg_index JOIN pg_catalog.pg_class ON pg_class.oid = indrelid
       JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
       JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
      WHERE nspname = $1 AND relname = $2 AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL
      GROUP BY indexrelid`,
    [schema, table],
  );
  const wanted = key.map(storedName).toSorted().join('\0');
  return rows.some((row) => (row['columns'] as readonly string[]).toSorted().join('\0') === wanted);
}

/** Gives a table the source's key as its primary key, in place of another one that it may have. */
export async function setKey(
  connection: PostgresConnection,
  name: PostgresTableName,
  key: readonly string[],
): Promise<void> {
  const table = qualified(name);
  const [old] = await connection.rows(
    `SELECT conname, array(SELECT attname::text FROM pg_catalog.pg_attribute
                            WHERE attrelid = conrelid AND attnum = ANY (conkey)) AS columns
       FROM pg_catalog.pg_constraint WHERE conrelid = $1::regclass AND contype = 'p'`,
    [table],
  );
  if (old !== undefined) {
    const kept = new Set(key.map(storedName));
    const freed = (old['columns'] as readonly string[]).filter((column) => !kept.has(column));
    const nullable = freed.map((column) => `, ALTER COLUMN ${identifier(column)} DROP NOT NULL`).join('');
    await connection.run(
      `ALTER TABLE ${table} DROP CONSTRAINT ${identifier(String(old['conname']))}${nullable}`,
    );
  }
  await connection.run(`ALTER TABLE ${table} ADD PRIMARY KEY (${key.map(identifier).join(', ')})`);
}
