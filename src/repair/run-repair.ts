import type { Database } from '../databases/database.ts';
import { WorkFailedError } from '../errors.ts';
import type { MigrationEvent } from '../migrations/events.ts';
import { DEFAULT_ADOPT_OPTIONS, migrateAdopt } from '../migrations/migrate-adopt.ts';
import { DEFAULT_UP_OPTIONS, migrateUp } from '../migrations/migrate-up.ts';
import type { Migration } from '../migrations/migration.ts';
import { DEFAULT_ENGINE_OPTIONS } from '../migrations/options.ts';
import { withRun } from '../migrations/run.ts';
import { runDdl } from '../migrations/run-ddl.ts';
import type { RepairPlan, RepairStep } from './repair-step.ts';

export interface RunRepairRequest {
  readonly database: Database;
  readonly migrations: readonly Migration[];
  readonly plan: RepairPlan;
  readonly observe: (event: MigrationEvent) => void;
  readonly signal: AbortSignal;
  readonly toolVersion: string;
}

/**
 * Carries out every step of a repair that needs no decision, under the lock of a migration. Statements first: they make
 * the ledger true again, on which the migrations rely. Throws a RefusedError for a held lock, a WorkFailedError for a
 * statement that failed, an InterruptedError if the signal was aborted; what was done before stays.
 */
export async function runRepair(request: RunRepairRequest): Promise<void> {
  const { steps } = request.plan;
  const statements = steps.filter((step) => step.kind === 'statement');
  if (statements.length > 0) await runStatements(request, statements);
  const { plan: _, ...run } = request;
  if (steps.some(({ kind }) => kind === 'adopt')) {
    await migrateAdopt({ ...run, options: DEFAULT_ADOPT_OPTIONS });
  }
  if (steps.some(({ kind }) => kind === 'migrate-up'))
    await migrateUp({ ...run, options: DEFAULT_UP_OPTIONS });
}

async function runStatements(
  { database, observe, signal, toolVersion }: RunRepairRequest,
  statements: readonly (RepairStep & { readonly kind: 'statement' })[],
): Promise<void> {
  await withRun({ database, observe, signal, toolVersion, options: DEFAULT_ENGINE_OPTIONS }, async (run) => {
    await run.ledger.announceRun('verify --fix');
    for (const { table, index, statement } of statements) {
      try {
        await runDdl(run, { table, indexes: [index] }, statement);
      } catch (error) {
        if (!(error instanceof Error) || !('errno' in error)) throw error;
        throw new WorkFailedError(`cannot repair index ${index} of ${table}: ${error.message}`, {
          hint: 'fix the cause and run "verify --fix --yes" again',
          cause: error,
        });
      }
    }
  });
}
