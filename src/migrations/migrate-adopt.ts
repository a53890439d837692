import { type Finding, refuseIfNeeded } from './finding.ts';
import { readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { DEFAULT_UP_OPTIONS } from './migrate-up.ts';
import { DEFAULT_ENGINE_OPTIONS, type EngineOptions } from './options.ts';
import { type PlannedStep, planUp } from './plan-up.ts';
import { reconcile } from './reconcile.ts';
import { type MigrateResult, type MigrationOutcome, migrateResult, outcome } from './result.ts';
import { type RunRequest, withRun } from './run.ts';

export interface MigrateAdoptOptions extends EngineOptions {
  readonly dryRun: boolean;
  /** Also records an index that does the same under another name; it is never dropped then. */
  readonly adoptEquivalent: boolean;
}

export const DEFAULT_ADOPT_OPTIONS: MigrateAdoptOptions = {
  ...DEFAULT_ENGINE_OPTIONS,
  dryRun: false,
  adoptEquivalent: false,
};

export interface MigrateAdoptRequest extends RunRequest<MigrateAdoptOptions> {
  readonly migrations: readonly Migration[];
}

/**
 * Records pending migrations whose index is in the database already, and leaves all others pending: for a database where
 * the indexes were made by hand. It builds nothing. Throws a RefusedError for a lock.
 */
export async function migrateAdopt(request: MigrateAdoptRequest): Promise<MigrateResult> {
  const { database, migrations, options } = request;
  if (options.dryRun) {
    const entries = await readLedger(database);
    await using session = await database.session();
    const { steps, findings } = await planUp({
      database,
      session,
      migrations,
      entries,
      options: planOptions(options),
    });
    return await adoptionResult(
      request,
      steps.filter(isAdoption).map((step) => outcomeOf(step, 'planned')),
      findings,
    );
  }
  return withRun(request, async (run) => {
    const entries = await reconcile(run);
    const { steps, findings } = await planUp({
      database,
      session: run.monitor,
      migrations,
      entries,
      options: planOptions(options),
    });
    refuseIfNeeded(findings.filter(({ check }) => check === 'not-edited' || check === 'has-file'));
    const adoptions = steps.filter(isAdoption);
    if (adoptions.length > 0) await run.ledger.announceRun('migrate adopt');
    for (const { candidate } of adoptions) await run.ledger.adopt(candidate.migration, candidate.definition);
    return adoptionResult(
      request,
      adoptions.map((step) => outcomeOf(step, 'adopted')),
      findings,
    );
  });
}

type Adoption = Extract<PlannedStep, { kind: 'adopt' }>;

function isAdoption(step: PlannedStep): step is Adoption {
  return step.kind === 'adopt';
}

function planOptions({ adoptEquivalent }: MigrateAdoptOptions) {
  return { ...DEFAULT_UP_OPTIONS, adoptEquivalent };
}

function outcomeOf({ candidate }: Adoption, action: 'planned' | 'adopted'): MigrationOutcome {
  return outcome(candidate.migration.name, candidate.definition, { action, statement: null, seconds: null });
}

/** What speaks against building the others is no matter here. */
async function adoptionResult(
  request: MigrateAdoptRequest,
  outcomes: readonly MigrationOutcome[],
  findings: readonly Finding[],
): Promise<MigrateResult> {
  const adopted = new Set(outcomes.map(({ migration }) => migration));
  const about = findings.filter(({ migration }) => migration !== null && adopted.has(migration));
  return migrateResult(request, outcomes, about);
}
