import { type TidemarkError, RefusedError } from '../errors.ts';
import { type BuildOutcome, buildIndexes } from './build-indexes.ts';
import { type Finding, describeRefusals, refuseIfNeeded, refusesOneIndex } from './finding.ts';
import { DEFAULT_GATES, type GateOptions, passGates } from './gates.ts';
import { readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { DEFAULT_ENGINE_OPTIONS, type EngineOptions } from './options.ts';
import type { PlannedStatement } from './plan-statements.ts';
import { type PlanOptions, type UpPlan, planUp } from './plan-up.ts';
import { reconcile } from './reconcile.ts';
import { type MigrateResult, type MigrationOutcome, migrateResult, outcome, partlyDone } from './result.ts';
import { type Run, type RunRequest, withRun } from './run.ts';
import { type UmzugStep, runUp } from './run-umzug.ts';

export interface MigrateUpOptions extends EngineOptions, PlanOptions, GateOptions {
  /** Tells what would be done, and changes nothing. */
  readonly dryRun: boolean;
}

export const DEFAULT_UP_OPTIONS: MigrateUpOptions = {
  ...DEFAULT_ENGINE_OPTIONS,
  ...DEFAULT_GATES,
  to: null,
  step: null,
  dryRun: false,
  coalesce: true,
  adoptEquivalent: false,
  hidden: false,
  allowEdited: false,
  allowOrphans: false,
  strategy: 'native',
};

export interface MigrateUpRequest extends RunRequest<MigrateUpOptions> {
  readonly migrations: readonly Migration[];
}

/**
 * Applies pending migrations. Whatever an earlier run left unfinished is resolved first; then everything is checked
 * before the first change. An index that cannot be built does not keep the others from it. Throws a UsageError for an
 * unknown `to`, a RefusedError for a lock or a failed check (nothing was changed), a BuildRefusedError or a
 * BuildFailedError with what was done where only some of the indexes were built, a WorkFailedError for any other
 * failure, an InterruptedError if the signal was aborted.
 */
export async function migrateUp(request: MigrateUpRequest): Promise<MigrateResult> {
  if (request.options.dryRun) return preview(request);
  return withRun(request, async (run) => {
    const { migrations, options, database } = request;
    const entries = await reconcile(run);
    await run.checkpoint('reconciled');
    const plan = await planUp({ database, session: run.monitor, migrations, entries, options });
    refuseIfNothingIsLeft(plan);
    tellWarnings(run, plan.findings);
    if (plan.steps.length === 0) return migrateResult(request, [], plan.findings);
    const refusals = await recordRefusals(run, plan);
    const { outcomes, failures } = await applyPlan(run, plan, options);
    const result = await migrateResult(request, outcomes, plan.findings);
    const errors = [...refusals, ...failures];
    if (errors.length > 0) throw partlyDone(errors, result);
    return result;
  });
}

/** What refuses the run refuses all of it; what refuses one index does so only where nothing else is to be done. */
function refuseIfNothingIsLeft({ findings, steps }: UpPlan): void {
  const ofTheRun = findings.filter((finding) => !refusesOneIndex(finding));
  refuseIfNeeded(
    steps.length === 0 || ofTheRun.some(({ severity }) => severity === 'refuse') ? findings : [],
  );
}

/** One error for each migration whose index is left out. */
function refusalsOf({ refused, findings }: UpPlan): readonly { migration: Migration; error: RefusedError }[] {
  return refused.map((migration) => {
    const about = findings.filter(
      (finding) => finding.migration === migration.name && refusesOneIndex(finding),
    );
    const { lines, hints } = describeRefusals(about);
    return { migration, error: new RefusedError(lines.join('\n'), { hint: hints }) };
  });
}

async function recordRefusals(run: Run, plan: UpPlan): Promise<readonly TidemarkError[]> {
  const refusals = refusalsOf(plan);
  for (const { migration, error } of refusals) {
    await run.ledger.recordRefusal(migration, migration.definition, error.message);
  }
  return refusals.map(({ error }) => error);
}

async function preview(request: MigrateUpRequest): Promise<MigrateResult> {
  const { database, migrations, options } = request;
  const entries = await readLedger(database);
  await using session = await database.session();
  const plan = await planUp({ database, session, migrations, entries, options });
  refuseIfNothingIsLeft(plan);
  const outcomes = plan.steps.map((step) => {
    const { migration, definition } = step.candidate;
    const statement = step.kind === 'build' ? step.statement.sql : null;
    return outcome(migration.name, definition, { action: 'planned', statement, seconds: null });
  });
  const result = await migrateResult(request, outcomes, plan.findings);
  const refusals = refusalsOf(plan).map(({ error }) => error);
  if (refusals.length > 0) throw partlyDone(refusals, result);
  return result;
}

function tellWarnings(run: Run, findings: readonly Finding[]): void {
  for (const { severity, migration, message } of findings) {
    if (severity === 'warn') run.observe({ kind: 'warning', migration, message });
  }
}

async function applyPlan(
  run: Run,
  plan: UpPlan,
  options: MigrateUpOptions,
): Promise<{ readonly outcomes: readonly MigrationOutcome[]; readonly failures: readonly TidemarkError[] }> {
  await passGates(run, options, 'nothing was changed');
  await backUpFirst(run, options);
  await run.ledger.announceRun('migrate up');
  const outcomes: MigrationOutcome[] = [];
  const failures: TidemarkError[] = [];
  const built = new Map<PlannedStatement, ReadonlyMap<string, BuildOutcome>>();
  const steps = plan.steps.map((step): UmzugStep => {
    const { migration, definition } = step.candidate;
    if (step.kind === 'adopt') {
      return {
        name: migration.name,
        run: async () => {},
        record: async () => {
          await run.ledger.adopt(migration, definition);
          run.observe({
            kind: 'adopted',
            migration: migration.name,
            table: definition.table,
            index: definition.name,
          });
          outcomes.push(
            outcome(migration.name, definition, { action: 'adopted', statement: null, seconds: null }),
          );
        },
      };
    }
    const { statement } = step;
    return {
      name: migration.name,
      // The first migration of a statement builds the indexes of all of them.
      run: async () => {
        if (built.has(statement)) return;
        await passGates(run, options, `${outcomes.length} of ${plan.steps.length} migrations were applied`);
        built.set(statement, await buildIndexes(run, statement));
      },
      record: async () => {
        const came = built.get(statement)!.get(migration.name)!;
        if (came.kind === 'failed') failures.push(came.error);
        else outcomes.push(outcome(migration.name, definition, { action: 'built', ...came }));
      },
    };
  });
  await runUp(run.database, steps);
  return { outcomes, failures };
}

async function backUpFirst(run: Run, { backup }: GateOptions): Promise<void> {
  if (backup === null) return;
  // Loaded where it is asked for: starting programs takes a library that costs every run a tenth of a second.
  const { backUp } = await import('./backup.ts');
  const { file } = await backUp(run.database, backup, { signal: run.signal, now: run.now() });
  run.observe({ kind: 'backed-up', file });
}
