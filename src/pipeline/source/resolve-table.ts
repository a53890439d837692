import { nearestName } from '../../config/nearest.ts';
import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { IntrospectedIndex } from '../../schema/introspect-indexes.ts';
import { type ColumnInfo, type TableInfo, timeColumns } from '../../schema/introspect-tables.ts';
import { WIDEST_DECIMAL } from '../../rows/column-type.ts';
import { columnTypeOf } from './column-type-of.ts';
import { inOrder, isLossy, resolveKey } from './resolve-key.ts';
import { type CursorKind, cursorAndKey, type SourceColumn, type SourceTable } from './source-table.ts';
import type { ExtractedTable } from './load-tables.ts';
import { indexFault, keyOf, servingIndex, type TableKey } from './table-indexes.ts';
import type { TableSpec } from './table-spec.ts';

/** What the database holds of a table that is to be extracted. */
export interface TableFacts {
  readonly table: TableInfo | undefined;
  readonly indexes: readonly IntrospectedIndex[];
  /** Names of all tables of the schema, for the nearest name. */
  readonly tableNames: readonly string[];
  /** `@@global.time_zone`: an offset, a zone's name, or `SYSTEM`. */
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
  const tableKey = keyOf(table, facts.indexes);
  const faults = [
    ...columnFaults(spec, table, tableKey),
    ...keyFaults(spec, table, tableKey),
    ...skipScanFaults(spec, table, tableKey),
  ];
  const selected = table.columns.filter((column) => isSelected(spec, column.name));
  const columns = selected.map((column) => sourceColumn(spec, column));
  for (const [position, column] of columns.entries()) {
    if (column === null) {
      const { name, columnType: type } = selected[position]!;
      faults.push(`column "${name}" has type ${type}, which has no exact mapping; list it in "exclude"`);
    }
  }
  const own = columns.filter((column) => column !== null);
  for (const { name } of own.filter((column) => column.name.toLowerCase().startsWith(OWN_PREFIX))) {
    faults.push(
      `column "${name}" has a name that tidemark keeps for its own columns of a sink (${OWN_PREFIX}…); list it in "exclude"`,
    );
  }
  const srids = own.filter((column) => column.type.kind === 'geometry').map(sridColumn);
  for (const { name } of srids.filter((srid) => own.some((column) => sameName(column.name, srid.name)))) {
    faults.push(
      `column "${name}" is where the SRID of a geometry goes; list it or the geometry in "exclude"`,
    );
  }
  if (faults.length > 0) return faulty(...faults);

  const readable = [...own, ...srids];
  const find = (name: string) => readable.find((column) => sameName(column.name, name))!;
  const cursor = find(spec.cursor);
  const cursorInfo = selected.find((column) => column.name === cursor.name)!;
  const cursorKind = kindOfCursor(spec, cursorInfo, facts.serverTimeZone);
  if (typeof cursorKind === 'string') return faulty(cursorKind);
  const indexes = facts.indexes.filter((index) => index.table === table.name);
  const {
    key,
    identity,
    hidden,
    further,
    rules,
    faults: keyFound,
  } = resolveKey(tableKey, { table, indexes, flavour: place.server.flavour }, find);
  if (keyFound.length > 0) return faulty(...keyFound);
  const skipScan = infosOf(spec.skipScan ?? [], table).flatMap((column) => {
    const read = sourceColumn({}, column);
    return read === null ? [] : [inOrder(read, column)];
  });
  const wanted = { leading: skipScan.map(({ name }) => name), cursor: cursor.name, key: tableKey };
  const serving = servingIndex(spec.index, wanted, { table, server: place.server, indexes });
  const sliced = key.length === 0 || (serving !== null && !serving.tiesOrdered);
  return {
    kind: 'resolved',
    table: {
      ...place,
      name: table.name,
      target: extracted.target,
      formerName: extracted.formerName,
      columns: [...readable, ...hidden],
      further,
      selection: spec,
      key,
      identity,
      keyRules: rules,
      keyIndex: tableKey.index,
      keyOrdered: tableKey.ordered,
      cursor,
      cursorKind,
      order: sliced ? [cursor] : cursorAndKey({ cursor, key }),
      sliced,
      index: serving?.name ?? null,
      indexFault: serving === null ? indexFault(spec.index, wanted, indexes) : null,
      engine: table.engine ?? '',
      skipScan,
      wantedIndex: spec.index,
      rowsEstimate: table.rowsEstimate,
      bytesPerRow: table.rowsEstimate === 0 ? null : table.dataBytes / table.rowsEstimate,
      lookback: spec.lookback ?? 0,
      nullCursor: spec.nullCursor ?? 'include',
      zeroDates: spec.zeroDates ?? 'null',
      append: spec.append ?? false,
    },
  };
}

/** Columns that sinks add to a table: sequences, marks of deleted rows, keys in another form. */
const OWN_PREFIX = '_tidemark_';

function columnFaults(spec: TableSpec, table: TableInfo, key: TableKey): string[] {
  const names = table.columns.map((column) => column.name);
  const faults: string[] = [];
  const exists = (name: string) => names.some((known) => sameName(known, name));
  if (!exists(spec.cursor)) {
    const times = timeColumns(table).map((column) => column.name);
    const known =
      times.length === 0 ? 'the table has no time column' : `its time columns: ${times.join(', ')}`;
    faults.push(`cursor column "${spec.cursor}" does not exist; ${known}`);
  }
  const needed = [spec.cursor, ...key.columns];
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

function keyFaults(spec: TableSpec, table: TableInfo, key: TableKey): string[] {
  if (key.index === null && spec.append !== true) {
    return [
      'has no primary key and no unique key without NULLs, so a changed row cannot be told from a new one; add one, or set append: true to keep all versions of its rows',
    ];
  }
  return table.columns
    .filter((column) => key.columns.includes(column.name) && UNORDERED.has(column.dataType))
    .map(
      (column) =>
        `key column "${column.name}" has type ${column.columnType}, which no index range can be read by; key the table by a number, a text or bytes`,
    );
}

function skipScanFaults(spec: TableSpec, table: TableInfo, key: TableKey): string[] {
  const wanted = spec.skipScan ?? [];
  const names = table.columns.map((column) => column.name);
  const unknown = wanted.filter((name) => !names.some((known) => sameName(known, name)));
  const unfit = infosOf(wanted, table).filter(
    (column) => column.nullable || UNORDERED.has(column.dataType) || sameName(column.name, spec.cursor),
  );
  return [
    ...unknown.map((name) => `skipScan column "${name}" does not exist`),
    ...unfit.map(
      ({ name, columnType: type }) =>
        `skipScan column "${name}" (${type}) must be NOT NULL, of a type with an order, and not the cursor`,
    ),
    ...(wanted.length > 0 && key.index === null ? ['skipScan needs a table with a key'] : []),
  ];
}

/** The table's columns of these names, in their order. */
function infosOf(names: readonly string[], table: TableInfo): readonly ColumnInfo[] {
  return names.flatMap((name) => table.columns.find((column) => sameName(column.name, name)) ?? []);
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
      return spec.epoch === undefined ? { kind: 'id' } : { kind: 'epoch', unit: spec.epoch, scale: 0 };
    case 'decimal':
      return kindOfDecimal(spec, column);
    default:
      return `cursor column "${column.name}" has type ${column.columnType}; a cursor is a time, an integer or a DECIMAL`;
  }
}

/** A number with a fraction is no id: where the table file does not say what it is, it is a time in seconds. */
function kindOfDecimal(spec: TableSpec, column: ColumnInfo): CursorKind | string {
  const scale = column.numericScale ?? 0;
  if ((column.numericPrecision ?? 10) > WIDEST_DECIMAL) {
    return `cursor column "${column.name}" has type ${column.columnType}; a DECIMAL cursor has at most ${WIDEST_DECIMAL} digits`;
  }
  if (scale === 0 && spec.epoch === undefined) return { kind: 'id' };
  return { kind: 'epoch', unit: spec.epoch ?? 'seconds', scale };
}

const LONG = /text$|blob$|^json$|^xmltype$|^vector$/;

function sourceColumn(spec: Pick<TableSpec, 'mask' | 'zeroDates'>, column: ColumnInfo): SourceColumn | null {
  const mask = Object.entries(spec.mask ?? {}).find(([name]) => sameName(name, column.name))?.[1] ?? null;
  const type = columnTypeOf(column, spec.zeroDates ?? 'null');
  if (type === null) return null;
  return {
    name: column.name,
    type: mask === null ? type : { kind: 'text' },
    expression: expressionOf(column),
    nullable: column.nullable || mask === 'null',
    mask,
    ...(mask === null && isLossy(column) ? { lossy: true } : {}),
    ...(LONG.test(column.dataType) || type.kind === 'geometry' ? { long: true } : {}),
  };
}

/** Well-known binary has no place for the spatial reference system of a geometry. */
function sridColumn({ name, nullable }: SourceColumn): SourceColumn {
  return {
    name: `${name}_srid`,
    type: { kind: 'integer', bytes: 4, signed: false },
    expression: `ST_SRID(${quoteIdentifier(name)})`,
    nullable,
    mask: null,
  };
}

function expressionOf(column: ColumnInfo): string {
  const quoted = quoteIdentifier(column.name);
  // The text protocol prints a FLOAT with 6 digits, and FLOAT(M,D) and DOUBLE(M,D) with D decimals; as a plain DOUBLE
  // the value comes with all the digits that tell it from its neighbours (tested on both servers).
  return column.dataType === 'float' || column.dataType === 'double' ? `(${quoted} + 0E0)` : quoted;
}

/** Whether a table file asks for a column. */
export function isSelected(spec: Pick<TableSpec, 'include' | 'exclude'>, name: string): boolean {
  const included = spec.include === undefined || spec.include.some((wanted) => sameName(wanted, name));
  return included && !(spec.exclude ?? []).some((left) => sameName(left, name));
}

/** Column names are not case-sensitive on either server. */
function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
