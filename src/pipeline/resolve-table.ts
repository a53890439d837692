import { nearestName } from '../config/nearest.ts';
import { quoteIdentifier } from '../databases/identifiers.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import { type ColumnInfo, type TableInfo, timeColumns } from '../schema/introspect-tables.ts';
import { columnType } from './column-type.ts';
import type { CursorKind, SourceColumn, SourceTable } from './source-table.ts';
import type { ExtractedTable } from './load-tables.ts';
import type { TableSpec } from './table-spec.ts';

/** What the database holds of a table that is to be extracted. */
export interface TableFacts {
  readonly table: TableInfo | undefined;
  readonly indexes: readonly IntrospectedIndex[];
  /** Names of all tables of the schema, for the nearest name. */
  readonly tableNames: readonly string[];
  /** `@@global.time_zone` as an offset, such as `+08:00`. */
  readonly serverTimeZone: string;
}

export type ResolvedTable =
  | { readonly kind: 'resolved'; readonly table: SourceTable }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };

/** Compares a table's specification with what the database has. Every fault is reported, none is thrown. */
export function resolveTable(
  extracted: ExtractedTable,
  facts: TableFacts,
  place: Pick<SourceTable, 'database' | 'schema' | 'server'>,
): ResolvedTable {
  const { table } = facts;
  const faulty = (...faults: readonly string[]): ResolvedTable => ({
    kind: 'faulty',
    faults: faults.map((fault) => `${place.database}.${extracted.name}: ${fault}`),
  });
  if (table === undefined) {
    const nearest = nearestName(extracted.name, facts.tableNames);
    return faulty(
      `schema "${place.schema}" has no such table${nearest === null ? '' : `; did you mean "${nearest}"?`}`,
    );
  }
  if (table.kind === 'view') return faulty('is a view; only tables have a primary key to read by');
  const { spec } = extracted;
  const faults = [...columnFaults(spec, table), ...keyFaults(table)];
  const selected = table.columns.filter((column) => isSelected(spec, column.name));
  const columns = selected.map((column) => sourceColumn(spec, column));
  for (const [position, column] of columns.entries()) {
    if (column === null) {
      const { name, columnType: type } = selected[position]!;
      faults.push(`column "${name}" has type ${type}, which has no exact mapping; list it in "exclude"`);
    }
  }
  if (faults.length > 0) return faulty(...faults);

  const readable = columns.filter((column) => column !== null);
  const find = (name: string) => readable.find((column) => sameName(column.name, name))!;
  const cursor = find(spec.cursor);
  const cursorInfo = selected.find((column) => column.name === cursor.name)!;
  const cursorKind = kindOfCursor(spec, cursorInfo, facts.serverTimeZone);
  if (typeof cursorKind === 'string') return faulty(cursorKind);
  const key = table.primaryKey.map(find);
  return {
    kind: 'resolved',
    table: {
      ...place,
      name: table.name,
      formerName: extracted.formerName,
      columns: readable,
      key,
      cursor,
      cursorKind,
      order: [cursor, ...key.filter((column) => column !== cursor)],
      index: servingIndex(spec, cursor.name, table, facts.indexes),
      wantedIndex: spec.index,
      rowsEstimate: table.rowsEstimate,
      lookback: spec.lookback ?? 0,
      nullCursor: cursor.nullable ? (spec.nullCursor ?? 'include') : 'ignore',
      zeroDates: spec.zeroDates ?? 'null',
      append: spec.append ?? false,
    },
  };
}

function columnFaults(spec: TableSpec, table: TableInfo): string[] {
  const names = table.columns.map((column) => column.name);
  const faults: string[] = [];
  const exists = (name: string) => names.some((known) => sameName(known, name));
  if (!exists(spec.cursor)) {
    const times = timeColumns(table).map((column) => column.name);
    const known =
      times.length === 0 ? 'the table has no time column' : `its time columns: ${times.join(', ')}`;
    faults.push(`cursor column "${spec.cursor}" does not exist; ${known}`);
  }
  const needed = [spec.cursor, ...table.primaryKey];
  for (const name of needed) {
    if (exists(name) && !isSelected(spec, name))
      faults.push(`column "${name}" is needed and cannot be left out`);
    if (spec.mask !== undefined && Object.keys(spec.mask).some((masked) => sameName(masked, name))) {
      faults.push(`column "${name}" is part of the key or the cursor and cannot be masked`);
    }
  }
  const listed = [...(spec.include ?? []), ...(spec.exclude ?? []), ...Object.keys(spec.mask ?? {})];
  for (const name of listed.filter((candidate) => !exists(candidate))) {
    const nearest = nearestName(name, names);
    faults.push(`column "${name}" does not exist${nearest === null ? '' : `; did you mean "${nearest}"?`}`);
  }
  return faults;
}

/**
 * ENUM and SET compare as text and sort as numbers, FLOAT and DOUBLE do not equal what they print: none of them can
 * say where reading goes on.
 */
const UNORDERED = new Set(['enum', 'set', 'float', 'double', 'json', 'geometry']);

function keyFaults(table: TableInfo): string[] {
  if (table.primaryKey.length === 0) {
    return ['has no primary key, so a changed row cannot be told from a new one; add one'];
  }
  return table.columns
    .filter((column) => table.primaryKey.includes(column.name) && UNORDERED.has(column.dataType))
    .map(
      (column) =>
        `primary key column "${column.name}" has type ${column.columnType}, which cannot be read in order`,
    );
}

function kindOfCursor(spec: TableSpec, column: ColumnInfo, serverTimeZone: string): CursorKind | string {
  const precision = column.timePrecision ?? 0;
  switch (column.dataType) {
    case 'timestamp':
      return { kind: 'time', precision, timeZone: null };
    case 'datetime':
      return { kind: 'time', precision, timeZone: spec.timeZone ?? serverTimeZone };
    case 'date':
      return { kind: 'date', timeZone: spec.timeZone ?? serverTimeZone };
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
      return spec.epoch === undefined ? { kind: 'id' } : { kind: 'epoch', unit: spec.epoch };
    default:
      return `cursor column "${column.name}" has type ${column.columnType}; a cursor is a time or an integer`;
  }
}

function sourceColumn(spec: TableSpec, column: ColumnInfo): SourceColumn | null {
  const mask = Object.entries(spec.mask ?? {}).find(([name]) => sameName(name, column.name))?.[1] ?? null;
  const type = columnType(column, spec.zeroDates ?? 'null');
  if (type === null) return null;
  return {
    name: column.name,
    type: mask === null ? type : { kind: 'text' },
    expression: expressionOf(column),
    nullable: column.nullable || mask === 'null',
    mask,
  };
}

function expressionOf(column: ColumnInfo): string {
  const quoted = quoteIdentifier(column.name);
  // The text protocol prints a FLOAT with 6 digits, and FLOAT(M,D) and DOUBLE(M,D) with D decimals; as a plain DOUBLE
  // the value comes with all the digits that tell it from its neighbours (tested on both servers).
  return column.dataType === 'float' || column.dataType === 'double' ? `(${quoted} + 0E0)` : quoted;
}

function isSelected(spec: TableSpec, name: string): boolean {
  const included = spec.include === undefined || spec.include.some((wanted) => sameName(wanted, name));
  return included && !(spec.exclude ?? []).some((left) => sameName(left, name));
}

/**
 * The index that serves the cursor: the one that the table file names, or another that holds the cursor in the same
 * order, for a database where it was made by hand under another name.
 */
function servingIndex(
  spec: TableSpec,
  cursor: string,
  table: TableInfo,
  indexes: readonly IntrospectedIndex[],
): string | null {
  const serving = indexes.filter(
    (index) =>
      index.table === table.name && index.visible && index.type === 'BTREE' && serves(index, cursor, table),
  );
  return (serving.find((index) => index.name === spec.index) ?? serving[0])?.name ?? null;
}

/** A secondary index goes on with the primary key by itself (InnoDB), so cursor alone, or cursor and key, will do. */
function serves(index: IntrospectedIndex, cursor: string, table: TableInfo): boolean {
  const order = [cursor, ...table.primaryKey.filter((column) => column !== cursor)];
  const columns = index.parts.map((part) =>
    part.kind === 'column' && part.length === null && !part.descending ? part.name : null,
  );
  return columns.length <= order.length && columns.every((column, position) => column === order[position]);
}

/** Column names are not case-sensitive on either server. */
function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
