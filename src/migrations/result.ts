import { type IndexDefinition, describeParts } from '../schema/index-definition.ts';
import type { Finding } from './finding.ts';

/** What a command did, or would do, with one migration; the shape of the JSON contract. */
export interface MigrationOutcome {
  readonly migration: string;
  readonly table: string;
  readonly index: string;
  readonly columns: readonly string[];
  /**
   * `released`: forgotten, and left in the database, since it was there under another name before tidemark came.
   * `hidden` and `published`: the optimizer no longer sees it, sees it again.
   */
  readonly action: 'built' | 'adopted' | 'dropped' | 'planned' | 'released' | 'hidden' | 'published';
  /** Null where nothing is to be run. */
  readonly statement: string | null;
  /** Time of the statement, which it may share with further indexes of the table. */
  readonly seconds: number | null;
}

export interface MigrateResult {
  readonly database: string;
  /** Such as `MySQL 9.7.4`. */
  readonly server: string;
  readonly migrations: readonly MigrationOutcome[];
  /** How many migrations are left to apply. */
  readonly pending: number;
  /** Warnings and notes of the checks. */
  readonly findings: readonly Finding[];
}

export function outcome(
  migration: string,
  definition: IndexDefinition,
  done: Pick<MigrationOutcome, 'action' | 'statement' | 'seconds'>,
): MigrationOutcome {
  return {
    migration,
    table: definition.table,
    index: definition.name,
    columns: describeParts(definition.parts),
    ...done,
  };
}
