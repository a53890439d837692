import { type BuiltStatement, buildIndexes } from './build-indexes.ts';
import { type Finding, refuseIfNeeded } from './finding.ts';
import { DEFAULT_GATES, type GateOptions, passGates } from './gates.ts';
import { readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { DEFAULT_ENGINE_OPTIONS, type EngineOptions } from './options.ts';
import type { PlannedStatement } from './plan-statements.ts';
import { type PlanOptions, type UpPlan, planUp } from './plan-up.ts';
import { reconcile } from './reconcile.ts';
import { type MigrateResult, type MigrationOutcome, migrateResult, outcome } from './result.ts';
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
 * before the first change. Throws a UsageError for an unknown `to`, a RefusedError for a lock or a failed check (nothing
 * was changed), a WorkFailedError for a build that failed, an InterruptedError if the signal was aborted.
 */
export async function migrateUp(request: MigrateUpRequest): Promise<MigrateResult> {
  if (request.options.dryRun) return preview(request);
  return withRun(request, async (run) => {
    const { migrations, options, database } = request;
    const entries = await reconcile(run);
    await run.checkpoint('reconciled');
    const plan = await planUp({ database, session: run.monitor, migrations, entries, options });
    refuseIfNeeded(plan.findings);
    tellWarnings(run, plan.findings);
    const outcomes = plan.steps.length === 0 ? [] : await applyPlan(run, plan, options);
    return migrateResult(request, outcomes, plan.findings);
  });
}

async function preview(request: MigrateUpRequest): Promise<MigrateResult> {
  const { database, migrations, options } = request;
  const entries = await readLedger(database);
  await using session = await database.session();
  const plan = await planUp({ database, session, migrations, entries, options });
  refuseIfNeeded(plan.findings);
  const outcomes = plan.steps.map((step) => {
    const { migration, definition } = step.candidate;
    const statement = step.kind === 'build' ? step.statement.sql : null;
    return outcome(migration.name, definition, { action: 'planned', statement, seconds: null });
  });
  return await migrateResult(request, outcomes, plan.findings);
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
): Promise<readonly MigrationOutcome[]> {
  await passGates(run, options, 'nothing was changed');
  await backUpFirst(run, options);
  await run.ledger.announceRun('migrate up');
  const outcomes: MigrationOutcome[] = [];
  const built = new Map<PlannedStatement, BuiltStatement>();
  const recorded = new Set<PlannedStatement>();
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
        const { indexes, seconds } = built.get(statement)!;
        if (!recorded.has(statement)) await run.ledger.recordBuilt(indexes, seconds);
        recorded.add(statement);
        await run.checkpoint('outcome-written');
        outcomes.push(
          outcome(migration.name, definition, { action: 'built', statement: statement.sql, seconds }),
        );
      },
    };
  });
  await runUp(run.database, steps);
  return outcomes;
}

async function backUpFirst(run: Run, { backup }: GateOptions): Promise<void> {
  if (backup === null) return;
  // Loaded where it is asked for: starting programs takes a library that costs every run a tenth of a second.
  const { backUp } = await import('./backup.ts');
  const { file } = await backUp(run.database, backup, { signal: run.signal, now: run.now() });
  run.observe({ kind: 'backed-up', file });
}
