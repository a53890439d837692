import { RefusedError } from '../../errors.ts';
import type { TargetTable } from '../sink.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { columnList, identifier, literal, publishedName } from './clickhouse-identifiers.ts';
import { catalogType, fitsInto } from './clickhouse-types.ts';
import {
  definition,
  filledColumns,
  ownColumns,
  REMOVED,
  SEQUENCE,
  type StoredColumn,
} from './stored-columns.ts';
import { rowsName } from './work-tables.ts';

/** A table as the catalog has it. */
export interface CatalogTable {
  readonly uuid: string;
  readonly columns: ReadonlyMap<string, StoredColumn>;
  /** The columns that rows are ordered by. */
  readonly order: readonly string[];
}

/** Reads a table of the sink's database; null where there is none. */
export async function readTable(
  connection: ClickhouseConnection,
  name: string,
): Promise<CatalogTable | null> {
  const place = `database = ${literal(connection.address.database)}`;
  const rows = await connection.rows(
    `SELECT name, type, comment, is_in_sorting_key,
            (SELECT toString(uuid) FROM system.tables WHERE ${place} AND name = ${literal(name)}) AS uuid
       FROM system.columns WHERE ${place} AND table = ${literal(name)} ORDER BY position`,
  );
  if (rows[0] === undefined) return null;
  const columns = rows.map((row): StoredColumn => {
    const type = String(row['type']);
    return {
      name: String(row['name']),
      type: catalogType(type, String(row['comment'])),
      nullable: type.startsWith('Nullable('),
    };
  });
  return {
    uuid: String(rows[0]['uuid']),
    columns: new Map(columns.map((column) => [column.name, column])),
    order: rows.filter((row) => row['is_in_sorting_key'] === 1).map((row) => String(row['name'])),
  };
}

/** The columns that the sink's table has for a table of the source. */
export function wantedColumns(
  connection: ClickhouseConnection,
  target: TargetTable,
): readonly StoredColumn[] {
  return [...filledColumns(target, connection.address.outOfRange), ...ownColumns(target)];
}

/**
 * An insert whose answer was lost is sent again, and the server remembers the tokens of so many: tables that are made like
 * this one do as well.
 */
const TOKENS_REMEMBERED = 'non_replicated_deduplication_window = 1000';

/** What of a table's definition is not its columns. */
export function engineOf(connection: ClickhouseConnection, target: TargetTable): string {
  const order = target.append ? [...target.key, SEQUENCE] : target.key;
  const engine = target.append
    ? connection.engine('MergeTree')
    : connection.engine('ReplacingMergeTree', SEQUENCE, REMOVED);
  return `ENGINE = ${engine} ORDER BY (${order.map(identifier).join(', ')})
          SETTINGS ${TOKENS_REMEMBERED}`;
}

export function definitions(columns: Iterable<StoredColumn>): string {
  return [...columns].map(definition).join(', ');
}

/** Whether a table has exactly the columns and the order that it would be made with. */
export function isAsMade(
  connection: ClickhouseConnection,
  table: CatalogTable | null,
  target: TargetTable,
): boolean {
  return (
    table !== null &&
    definitions(table.columns.values()) === definitions(wantedColumns(connection, target)) &&
    isOrdered(table, target)
  );
}

function isOrdered({ order }: CatalogTable, { key }: TargetTable): boolean {
  const wanted = key.toSorted().join('\0');
  return (
    order
      .filter((name) => name !== SEQUENCE)
      .toSorted()
      .join('\0') === wanted
  );
}

/** What must be done to a table so that it fits the source's columns. */
export interface Fitting {
  /** Changes of columns that the server makes in place. */
  readonly changes: readonly string[];
  /** Columns of the key whose type grew: rows are ordered by them, so the table must be written anew. */
  readonly key: ReadonlyMap<string, StoredColumn>;
}

/**
 * Plans how a table is made to fit: a new column is added (NULL in rows that are not read again), a column that the source
 * dropped stays, a type that grew grows, and where the source's type has become narrower the wider one stays. Throws a
 * RefusedError for any other change.
 */
export function planFitting(
  connection: ClickhouseConnection,
  table: CatalogTable,
  target: TargetTable,
): Fitting {
  const changes: string[] = [];
  const key = new Map<string, StoredColumn>();
  const misfits: string[] = [];
  for (const wanted of wantedColumns(connection, target)) {
    const actual = table.columns.get(wanted.name);
    if (actual === undefined) changes.push(`ADD COLUMN ${definition(wanted)}`);
    else if (fitsInto(wanted.type, actual.type)) continue;
    else if (!fitsInto(actual.type, wanted.type)) {
      misfits.push(`column "${wanted.name}" was ${sayType(actual)} and is now ${sayType(wanted)}`);
    } else if (target.key.includes(wanted.name)) key.set(wanted.name, wanted);
    else changes.push(`MODIFY COLUMN ${definition(wanted)}`);
  }
  if (!isOrdered(table, target)) misfits.push('its key is another one');
  if (misfits.length === 0) return { changes, key };
  throw new RefusedError(`${target.database}.${target.table}: ${misfits.join('; ')}`, {
    hint: `load the table anew: tidemark extract-load --db=${target.database} --table=${target.table} --full-refresh`,
  });
}

function sayType({ type }: StoredColumn): string {
  return type.comment === '' ? type.type : `${type.type} (${type.comment})`;
}

/**
 * Makes the view that readers have of a table, or makes it anew where the table's columns are others than its own: current
 * rows, or every version of a change log. `table` is what the catalog has now.
 */
export async function fitView(
  connection: ClickhouseConnection,
  target: Pick<TargetTable, 'database' | 'table' | 'append'>,
  table: CatalogTable,
): Promise<void> {
  const shown = [...table.columns.values()].filter(
    ({ name }) => target.append || (name !== SEQUENCE && name !== REMOVED),
  );
  const name = publishedName(target);
  const view = await readTable(connection, name);
  if (view !== null && typesOf(view.columns.values()) === typesOf(shown)) return;
  await connection.run(
    `CREATE OR REPLACE VIEW ${connection.qualified(name)}${connection.onCluster} AS
     SELECT ${columnList(shown)} FROM ${connection.qualified(rowsName(target))}${target.append ? '' : ' FINAL'}`,
  );
}

function typesOf(columns: Iterable<StoredColumn>): string {
  return JSON.stringify([...columns].map(({ name, type, nullable }) => [name, type.type, nullable]));
}
