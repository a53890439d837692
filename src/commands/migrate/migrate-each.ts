import type { Context } from '../../context.ts';
import type { OpenProjectDatabase } from '../../project-databases.ts';
import { settleAll } from '../../errors.ts';
import { loadMigrations } from '../../migrations/load-migrations.ts';
import type { Migration } from '../../migrations/migration.ts';
import type { MigrateResult } from '../../migrations/result.ts';
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
      await settleAll(targets.map((target) => work(target, true)));
    } catch (failure) {
      return { results: [], failure };
    }
  }
  return eachDatabase(targets, (target) => work(target, dryRun));
}
