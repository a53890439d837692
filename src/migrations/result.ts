import type { Database } from '../databases/database.ts';
import { RefusedError, type TidemarkError, WorkFailedError } from '../errors.ts';
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

/** A run whose server could not build some of the indexes; `result` has what it did build. */
export class BuildFailedError extends WorkFailedError {
  readonly result: MigrateResult;

  constructor(message: string, options: PartialOptions) {
    super(message, options);
    this.result = options.result;
  }
}

/** A run that did not try some of the indexes, which the server cannot build; `result` has those that it did build. */
export class BuildRefusedError extends RefusedError {
  readonly result: MigrateResult;

  constructor(message: string, options: PartialOptions) {
    super(message, options);
    this.result = options.result;
  }
}

interface PartialOptions {
  readonly hint: readonly string[];
  readonly cause: unknown;
  readonly result: MigrateResult;
}

/** What a run did before this error ended it; null where the error does not say. */
export function partialResult(error: unknown): MigrateResult | null {
  return error instanceof BuildFailedError || error instanceof BuildRefusedError ? error.result : null;
}

/** One error for all indexes that were not built: refused only if no build has failed. */
export function partlyDone(errors: readonly TidemarkError[], result: MigrateResult): TidemarkError {
  const distinct = [...new Set(errors)];
  if (distinct.length === 1 && result.migrations.length === 0) return distinct[0]!;
  const done = `${result.migrations.length} of ${result.migrations.length + errors.length} migrations are done, the others are not`;
  const message = [...distinct.map((error) => error.message), done].join('\n');
  const options = {
    hint: distinct.flatMap(({ hints }) => hints),
    cause: new AggregateError(distinct, message),
    result,
  };
  return distinct.every((error) => error instanceof RefusedError)
    ? new BuildRefusedError(message, options)
    : new BuildFailedError(message, options);
}
