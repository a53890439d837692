import type { ExtractedTable } from '../../src/pipeline/load-tables.ts';
import type { TableSpec } from '../../src/pipeline/table-spec.ts';

/** A table as `tables/<database>.ts` would declare it, without a table prefix. */
export function extracted(spec: TableSpec): ExtractedTable {
  return { name: spec.table, formerName: spec.renamedFrom ?? null, spec };
}
