import type { Context } from '../../context.ts';
import { combineErrors, settleAll } from '../../errors.ts';
import type { OpenProjectDatabase } from '../../project-databases.ts';
import { loadMigrations } from '../../migrations/load-migrations.ts';
import type { Migration } from '../../migrations/migration.ts';
import { type MigrateResult, partialResult } from '../../migrations/result.ts';
import { type EachResult, eachDatabase } from '../each-database.ts';

/** A database with its migration files. */
export interface MigrationTarget extends OpenProjectDatabase {
  readonly migrations: readonly Migration[];
}

/**
 * Runs a command that changes indexes on each of these databases. All files are loaded and, where there are several
 * databases, the work on every one is planned before the first is changed: what is wrong with one leaves all as they are.
 */
export async function migrateEach(
  { project }: Pick<Context, 'project'>,
  opened: readonly OpenProjectDatabase[],
  dryRun: boolean,
  work: (target: MigrationTarget, dryRun: boolean) => Promise<MigrateResult>,
): Promise<EachResult<MigrateResult>> {
  const targets = await settleAll(
    opened.map(async (target) => ({
      ...target,
      migrations: await loadMigrations(project, target, target.config.tablePrefix),
    })),
  );
  if (!dryRun && targets.length > 1) {
    try {
      await settleAll(targets.map((target) => orPartly(work(target, true))));
    } catch (failure) {
      return { results: [], failure };
    }
  }
  const { results, failure } = await eachDatabase(targets, (target) => orPartly(work(target, dryRun)));
  const failures = [...results.flatMap((each) => each.failure ?? []), ...(failure === null ? [] : [failure])];
  return {
    results: results.map(({ result }) => result),
    failure: failures.length === 0 ? null : combineErrors(failures),
  };
}

/** Indexes that could not be built do not keep those of another database from being built. */
async function orPartly(
  work: Promise<MigrateResult>,
): Promise<{ readonly result: MigrateResult; readonly failure: unknown }> {
  try {
    return { result: await work, failure: null };
  } catch (error) {
    const result = partialResult(error);
    if (result === null) throw error;
    return { result, failure: error };
  }
}
