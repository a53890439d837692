import type { TableInfo } from '../../schema/introspect-tables.ts';
import { commonParts } from './common-parts.ts';
import { columnNamed, neededColumns, readableColumns } from './readable-columns.ts';
import { resolveKey } from './resolve-key.ts';
import { faulty, type ResolvedTable, type TableFacts, type TablePlace } from './table-facts.ts';
import type { ExtractedTable } from './load-tables.ts';
import { isUnordered, keyOf, NO_KEY, type TableKey } from './table-indexes.ts';
import type { WholeSpec } from './table-spec.ts';

/**
 * A table that has no cursor, compared with what the database has of it: with `full` any table or view, with `compare`
 * one whose rows can be told apart. A placeholder stands for the cursor, which nothing reads by.
 */
export function resolveWholeTable(
  extracted: ExtractedTable,
  spec: WholeSpec,
  { table, indexes: all }: TableFacts,
  place: TablePlace,
): ResolvedTable {
  const { strategy } = spec;
  const readable = readableColumns(spec, table);
  const indexes = all.filter((index) => index.table === table.name);
  const ownKey = keyOf(table, all);
  const unfit = keyFaults(ownKey, spec, table);
  const find = (name: string) => columnNamed(readable.columns, name);
  const facts = { table, indexes, flavour: place.server.flavour };
  const resolved =
    unfit.length === 0 && readable.faults.length === 0 ? resolveKey(ownKey, facts, find) : null;
  const keyFound = [...unfit, ...(resolved?.faults ?? [])];
  if (readable.faults.length > 0) return faulty(...readable.faults);
  if (readable.columns.length === 0) return faulty('has no column that is moved');
  if (strategy === 'compare' && keyFound.length > 0) return faulty(...keyFound);
  // Rows that are all replaced need not be told apart.
  const isKeyed = resolved !== null && keyFound.length === 0;
  const key = isKeyed ? resolved : resolveKey(NO_KEY, facts, find);
  const usedKey = isKeyed ? ownKey : NO_KEY;
  return {
    kind: 'resolved',
    table: {
      ...commonParts(extracted, table, place, { columns: readable.columns, key, index: usedKey.index }),
      strategy,
      keyOrdered: usedKey.index !== null && usedKey.ordered,
      cursor: isKeyed ? find(ownKey.columns[0]!) : readable.columns[0]!,
      cursorKind: { kind: 'none' },
      order: [],
      sliced: false,
      index: null,
      indexFault: null,
      skipScan: [],
      wantedIndex: '',
      lookback: 0,
      nullCursor: 'include',
      append: false,
    },
  };
}

/** Why rows cannot be told apart by a key; none where they can. */
function keyFaults(key: TableKey, spec: WholeSpec, table: TableInfo): readonly string[] {
  if (table.kind === 'view')
    return [`is a view, whose rows have no key to be compared by; use strategy: 'full'`];
  if (key.index === null) {
    return [`has no primary key and no unique key without NULLs to compare rows by; use strategy: 'full'`];
  }
  const unordered = table.columns.filter(
    (column) => key.columns.includes(column.name) && isUnordered(column),
  );
  return [
    ...neededColumns(spec, table, key.columns),
    ...unordered.map(
      ({ name, columnType }) =>
        `key column "${name}" has type ${columnType}, which no index range can be read by; use strategy: 'full'`,
    ),
    ...(key.ordered
      ? []
      : [`its key has no order (a hash, or prefixes) to be compared by; use strategy: 'full'`]),
  ];
}
