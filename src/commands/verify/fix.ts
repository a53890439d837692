import type { Context } from '../../context.ts';
import type { OpenProjectDatabase } from '../../project-databases.ts';
import { loadMigrations } from '../../migrations/load-migrations.ts';
import { planRepair } from '../../repair/plan-repair.ts';
import { isAutomatic, type RepairPlan } from '../../repair/repair-step.ts';
import { runRepair } from '../../repair/run-repair.ts';
import type { Verification } from '../../verify/verification.ts';
import { VERSION } from '../../version.ts';
import { MigrationProgress } from '../migrate/progress.ts';

/** What would repair each database of a verification. */
export function repairPlans(
  verification: Verification,
  opened: readonly OpenProjectDatabase[],
): readonly RepairPlan[] {
  return verification.databases.flatMap((verified) => {
    const target = opened.find(({ name }) => name === verified.database);
    return target === undefined ? [] : [planRepair(verified, target.database.server)];
  });
}

/** Carries the plans out, one database after the other; returns whether there was anything to do. */
export async function carryOut(
  context: Context,
  plans: readonly RepairPlan[],
  opened: readonly OpenProjectDatabase[],
): Promise<boolean> {
  const work = plans.filter(({ steps }) => steps.some(isAutomatic));
  using progress = new MigrationProgress(context);
  for (const plan of work) {
    const target = opened.find(({ name }) => name === plan.database)!;
    await runRepair({
      database: target.database,
      migrations: await loadMigrations(context.project, target, target.config.tablePrefix),
      plan,
      observe: progress.observer(plan.database),
      signal: context.signal,
      toolVersion: VERSION,
    });
  }
  return work.length > 0;
}
