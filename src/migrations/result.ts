import type { Database } from '../databases/database.ts';
import { type IndexDefinition, describeParts } from '../schema/index-definition.ts';
import type { Finding } from './finding.ts';
import { readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { matchMigrations } from './migration-state.ts';
import { selectUp } from './select-migrations.ts';

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

/** What a run came to; counts what is left to apply by the ledger as it is now. */
export async function migrateResult(
  { database, migrations }: { readonly database: Database; readonly migrations: readonly Migration[] },
  outcomes: readonly MigrationOutcome[],
  findings: readonly Finding[],
): Promise<MigrateResult> {
  const states = matchMigrations(migrations, await readLedger(database));
  return {
    database: database.name,
    server: database.server.label,
    migrations: outcomes,
    pending: selectUp(states, { to: null, step: null }).length,
    findings,
  };
}
