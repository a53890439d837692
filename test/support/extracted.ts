import type { ExtractedTable } from '../../src/pipeline/source/load-tables.ts';
import type { TableSpec } from '../../src/pipeline/source/table-spec.ts';

/** A table as `tables/<database>.ts` would declare it, without a table prefix. */
export function extracted(spec: TableSpec): ExtractedTable {
  return { name: spec.table, formerName: spec.renamedFrom ?? null, spec };
}
