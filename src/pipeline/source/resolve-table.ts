import { nearestName } from '../../config/nearest.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';
import type { ExtractedTable } from './load-tables.ts';
import { resolveWatermarkTable } from './resolve-watermark.ts';
import { resolveWholeTable } from './resolve-whole.ts';
import { isWatermark } from './table-spec.ts';
import { faulty, type ResolvedTable, type TableFacts, type TablePlace } from './table-facts.ts';

/** Compares a table's specification with what the database has. Every fault is reported, none is thrown. */
export function resolveTable(
  extracted: ExtractedTable,
  facts: Omit<TableFacts, 'table'> & {
    readonly table: TableInfo | undefined;
    /** Names of all tables of the schema, for the nearest name. */
    readonly tableNames: readonly string[];
  },
  place: TablePlace,
): ResolvedTable {
  const { table, tableNames } = facts;
  const resolved =
    table === undefined
      ? missing(extracted, tableNames, place)
      : resolve(extracted, { ...facts, table }, place);
  if (resolved.kind === 'resolved') return resolved;
  return faulty(...resolved.faults.map((fault) => `${place.database}.${extracted.name}: ${fault}`));
}

function resolve(extracted: ExtractedTable, facts: TableFacts, place: TablePlace): ResolvedTable {
  const { spec } = extracted;
  return isWatermark(spec)
    ? resolveWatermarkTable(extracted, spec, facts, place)
    : resolveWholeTable(extracted, spec, facts, place);
}

function missing(
  { name }: ExtractedTable,
  tableNames: readonly string[],
  { schema }: TablePlace,
): ResolvedTable {
  const nearest = nearestName(name, tableNames);
  return faulty(
    `schema "${schema}" has no such table${nearest === null ? '' : `; did you mean "${nearest}"?`}`,
  );
}
