import { type ExtractedTable, extractedTable } from '../../src/pipeline/source/load-tables.ts';
import type { TableSpec } from '../../src/pipeline/source/table-spec.ts';

/** A table as `tables/<database>.ts` would declare it, without a table prefix. */
export function extracted(spec: TableSpec): ExtractedTable {
  return extractedTable(spec, null);
}
