import { dropIndex, hideIndex } from './drop-index.ts';
import { refuseIfNeeded } from './finding.ts';
import type { GateOptions } from './gates.ts';
import { isInPlace, readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { DEFAULT_ENGINE_OPTIONS, type EngineOptions } from './options.ts';
import { throwIfInterrupted } from './pause.ts';
import { type DependentIndex, type DownPlan, type PlannedUndo, planDown } from './plan-down.ts';
import { reconcile } from './reconcile.ts';
import { type MigrateResult, type MigrationOutcome, migrateResult, outcome } from './result.ts';
import { type Run, type RunRequest, withRun } from './run.ts';
import { type UmzugStep, runDown } from './run-umzug.ts';
import type { DownSelection } from './select-migrations.ts';
import { requireWindow } from './window.ts';

export interface MigrateDownOptions extends EngineOptions, DownSelection, Pick<GateOptions, 'window'> {
  readonly dryRun: boolean;
  /** Drops although an extraction depends on the index, or although it is not the one that was built. */
  readonly force: boolean;
  /** Hides each index first, and drops it in a later run when this many seconds have passed; null drops at once. */
  readonly soakSeconds: number | null;
}

export const DEFAULT_DOWN_OPTIONS: MigrateDownOptions = {
  ...DEFAULT_ENGINE_OPTIONS,
  window: null,
  to: null,
  step: null,
  all: false,
  dryRun: false,
  force: false,
  soakSeconds: null,
};

export interface MigrateDownRequest extends RunRequest<MigrateDownOptions> {
  /** Only to count what is pending afterwards: an index is dropped by what the ledger says of it. */
  readonly migrations: readonly Migration[];
  /** Indexes that extractions need. */
  readonly dependents: readonly DependentIndex[];
}

/**
 * Undoes applied migrations, the latest first, by what the ledger says of them; files are not needed. Throws a
 * UsageError for an unknown `to`, a RefusedError for a lock, or where an index is still needed or is not the one that
 * was built (nothing was changed), a WorkFailedError if a DROP fails, an InterruptedError if the signal was aborted.
 */
export async function migrateDown(request: MigrateDownRequest): Promise<MigrateResult> {
  if (request.options.dryRun) return preview(request);
  return withRun(request, async (run) => {
    const { database, options, dependents } = request;
    const entries = (await reconcile(run)).filter(isInPlace);
    await run.checkpoint('reconciled');
    const plan = await planDown({ database, session: run.monitor, entries, options, dependents });
    refuseIfNeeded(plan.findings);
    for (const { severity, migration, message } of plan.findings) {
      if (severity === 'warn') run.observe({ kind: 'warning', migration, message });
    }
    const outcomes = plan.undos.length === 0 ? [] : await applyPlan(run, plan, options);
    return migrateResult(request, outcomes, plan.findings);
  });
}

async function preview(request: MigrateDownRequest): Promise<MigrateResult> {
  const { database, options, dependents } = request;
  const entries = (await readLedger(database)).filter(isInPlace);
  await using session = await database.session();
  const plan = await planDown({ database, session, entries, options, dependents });
  refuseIfNeeded(plan.findings);
  const outcomes = plan.undos.map(({ entry, statement }) =>
    outcome(entry.migration, entry.definition, { action: 'planned', statement, seconds: null }),
  );
  return await migrateResult(request, outcomes, plan.findings);
}

async function applyPlan(
  run: Run,
  plan: DownPlan,
  { window }: MigrateDownOptions,
): Promise<readonly MigrationOutcome[]> {
  requireWindow(window, run.now(), 'nothing was changed');
  await run.ledger.announceRun('migrate down');
  const outcomes: MigrationOutcome[] = [];
  const steps: UmzugStep[] = [];
  for (const undo of plan.undos) {
    if (undo.kind === 'hide') outcomes.push(await hideIndex(run, undo));
    else steps.push(undoStep(run, undo, outcomes));
  }
  await runDown(run.database, steps);
  return outcomes;
}

function undoStep(
  run: Run,
  undo: Exclude<PlannedUndo, { kind: 'hide' }>,
  outcomes: MigrationOutcome[],
): UmzugStep {
  const { entry } = undo;
  let seconds: number | null = null;
  return {
    name: entry.migration,
    run: async () => {
      throwIfInterrupted(run.signal);
      if (undo.kind === 'drop') seconds = await dropIndex(run, undo);
    },
    record: async () => {
      const action = undo.kind === 'release' ? 'released' : 'dropped';
      await run.ledger.forget([entry], action, { seconds });
      await run.checkpoint('outcome-written');
      outcomes.push(
        outcome(entry.migration, entry.definition, { action, statement: undo.statement, seconds }),
      );
    },
  };
}
