import { type ColumnInfo, type TableInfo, timeColumns } from '../../schema/introspect-tables.ts';
import { WIDEST_DECIMAL } from '../../rows/column-type.ts';
import { commonParts } from './common-parts.ts';
import { columnNamed, neededColumns, readableColumns, sameName, sourceColumn } from './readable-columns.ts';
import { inOrder, resolveKey } from './resolve-key.ts';
import { faulty, type ResolvedTable, type TableFacts, type TablePlace } from './table-facts.ts';
import { type CursorKind, cursorAndKey } from './source-table.ts';
import type { ExtractedTable } from './load-tables.ts';
import { indexFault, isUnordered, keyOf, servingIndex, type TableKey } from './table-indexes.ts';
import type { WatermarkSpec } from './table-spec.ts';

/** A table that is read along its cursor, compared with what the database has of it. */
export function resolveWatermarkTable(
  extracted: ExtractedTable,
  spec: WatermarkSpec,
  { table, indexes: all, serverTimeZone }: TableFacts,
  place: TablePlace,
): ResolvedTable {
  if (table.kind === 'view') {
    return faulty(
      `is a view, which has no primary key to read by; strategy: 'full' replaces it whole with every run`,
    );
  }
  const tableKey = keyOf(table, all);
  const readable = readableColumns(spec, table);
  const faults = [
    ...cursorFaults(spec, table),
    ...neededColumns(spec, table, [spec.cursor, ...tableKey.columns]),
    ...keyFaults(spec, table, tableKey),
    ...skipScanFaults(spec, table, tableKey),
    ...readable.faults,
  ];
  if (faults.length > 0) return faulty(...faults);

  const find = (name: string) => columnNamed(readable.columns, name);
  const cursor = find(spec.cursor);
  const cursorInfo = table.columns.find((column) => column.name === cursor.name)!;
  const cursorKind = kindOfCursor(spec, cursorInfo, serverTimeZone);
  if (typeof cursorKind === 'string') return faulty(cursorKind);
  const indexes = all.filter((index) => index.table === table.name);
  const resolvedKey = resolveKey(tableKey, { table, indexes, flavour: place.server.flavour }, find);
  if (resolvedKey.faults.length > 0) return faulty(...resolvedKey.faults);
  const { key } = resolvedKey;
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
      ...commonParts(extracted, table, place, {
        columns: readable.columns,
        key: resolvedKey,
        index: tableKey.index,
      }),
      strategy: 'watermark',
      keyOrdered: tableKey.ordered,
      cursor,
      cursorKind,
      order: sliced ? [cursor] : cursorAndKey({ cursor, key }),
      sliced,
      index: serving?.name ?? null,
      indexFault: serving === null ? indexFault(spec.index, wanted, indexes) : null,
      skipScan,
      wantedIndex: spec.index,
      lookback: spec.lookback ?? 0,
      nullCursor: spec.nullCursor ?? 'include',
      append: spec.append ?? false,
    },
  };
}

function cursorFaults({ cursor }: WatermarkSpec, table: TableInfo): readonly string[] {
  if (table.columns.some((column) => sameName(column.name, cursor))) return [];
  const times = timeColumns(table).map((column) => column.name);
  const known = times.length === 0 ? 'the table has no time column' : `its time columns: ${times.join(', ')}`;
  return [`cursor column "${cursor}" does not exist; ${known}`];
}

function keyFaults(spec: WatermarkSpec, table: TableInfo, key: TableKey): string[] {
  if (key.index === null && spec.append !== true) {
    return [
      'has no primary key and no unique key without NULLs, so a changed row cannot be told from a new one; add one, or set append: true to keep all versions of its rows',
    ];
  }
  return table.columns
    .filter((column) => key.columns.includes(column.name) && isUnordered(column))
    .map(
      (column) =>
        `key column "${column.name}" has type ${column.columnType}, which no index range can be read by; key the table by a number, a text or bytes`,
    );
}

function skipScanFaults(spec: WatermarkSpec, table: TableInfo, key: TableKey): string[] {
  const wanted = spec.skipScan ?? [];
  const names = table.columns.map((column) => column.name);
  const unknown = wanted.filter((name) => !names.some((known) => sameName(known, name)));
  const unfit = infosOf(wanted, table).filter(
    (column) => column.nullable || isUnordered(column) || sameName(column.name, spec.cursor),
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

function kindOfCursor(spec: WatermarkSpec, column: ColumnInfo, serverTimeZone: string): CursorKind | string {
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
function kindOfDecimal(spec: WatermarkSpec, column: ColumnInfo): CursorKind | string {
  const scale = column.numericScale ?? 0;
  if ((column.numericPrecision ?? 10) > WIDEST_DECIMAL) {
    return `cursor column "${column.name}" has type ${column.columnType}; a DECIMAL cursor has at most ${WIDEST_DECIMAL} digits`;
  }
  if (scale === 0 && spec.epoch === undefined) return { kind: 'id' };
  return { kind: 'epoch', unit: spec.epoch ?? 'seconds', scale };
}
