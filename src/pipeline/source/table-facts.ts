import type { IntrospectedIndex } from '../../schema/introspect-indexes.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';
import type { SourceTable } from './source-table.ts';

/** What the database holds of a table that is to be extracted. */
export interface TableFacts {
  readonly table: TableInfo;
  /** Those of all tables that are extracted. */
  readonly indexes: readonly IntrospectedIndex[];
  /** `@@global.time_zone`: an offset, a zone's name, or `SYSTEM`. */
  readonly serverTimeZone: string;
}

export type TablePlace = Pick<SourceTable, 'database' | 'schema' | 'server'>;

export type ResolvedTable =
  | { readonly kind: 'resolved'; readonly table: SourceTable }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };

export function faulty(...faults: readonly string[]): ResolvedTable {
  return { kind: 'faulty', faults };
}
