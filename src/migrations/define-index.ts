import { ConfigurationError } from '../errors.ts';
import type { IndexDefinition, IndexPart, IndexType } from '../schema/index-definition.ts';
import { findIndexFaults } from './index-faults.ts';

/** How the index is built: by the server's own online DDL, or by a tool that copies the table. */
export type BuildStrategy = 'native' | 'pt-osc' | 'gh-ost';

/** A key part: a column's name, a column with a prefix length or a direction, or (MySQL 8.0.13) an SQL expression. */
export type IndexColumn =
  | string
  | { readonly column: string; readonly length?: number; readonly order?: 'asc' | 'desc' }
  | { readonly expression: string; readonly order?: 'asc' | 'desc' };

export interface IndexOptions {
  /** As the project's files write it; a table prefix of the database is applied later. */
  readonly table: string;
  readonly name: string;
  readonly columns: readonly IndexColumn[];
  readonly unique?: boolean;
  /** BTREE unless said otherwise. */
  readonly type?: IndexType;
  /** False builds it invisible (MySQL) or ignored (MariaDB). */
  readonly visible?: boolean;
  /** Stored in the database with the index, at most 1024 characters. */
  readonly comment?: string;
  /** False allows a build that blocks the table's writers, for what the server cannot do online (FULLTEXT, SPATIAL). */
  readonly online?: boolean;
  /** Overrides the run's strategy for this index. */
  readonly strategy?: BuildStrategy;
  /** Why the index exists: the query that it serves. */
  readonly description?: string;
}

/** The default export of a migration file. Plain data, so that any tool can read it. */
export interface IndexMigration {
  readonly kind: 'index-migration';
  readonly definition: IndexDefinition;
  readonly online: boolean;
  readonly strategy: BuildStrategy | null;
  readonly description: string;
}

/** Declares one index. Throws a ConfigurationError that lists every fault of the declaration. */
export function defineIndex(options: IndexOptions): IndexMigration {
  const faults = findIndexFaults(options);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    kind: 'index-migration',
    definition: {
      table: options.table,
      name: options.name,
      parts: options.columns.map(toPart),
      unique: options.unique ?? false,
      type: options.type ?? 'BTREE',
      visible: options.visible ?? true,
      comment: options.comment ?? '',
    },
    online: options.online ?? true,
    strategy: options.strategy ?? null,
    description: options.description ?? '',
  };
}

/** Whether a module's export is what `defineIndex` returns. */
export function isIndexMigration(value: unknown): value is IndexMigration {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'index-migration';
}

function toPart(column: IndexColumn): IndexPart {
  if (typeof column === 'string') return { kind: 'column', name: column, length: null, descending: false };
  const descending = column.order === 'desc';
  return 'expression' in column
    ? { kind: 'expression', expression: column.expression, descending }
    : { kind: 'column', name: column.column, length: column.length ?? null, descending };
}
