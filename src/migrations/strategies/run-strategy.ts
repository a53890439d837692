import type { Work } from '../events.ts';
import type { PlannedStatement } from '../plan-up.ts';
import type { Run } from '../run.ts';
import { runDdl } from '../run-ddl.ts';

/** Builds the indexes of a statement in the way that its strategy names, and returns the seconds it took. */
export async function runStrategy(run: Run, work: Work, statement: PlannedStatement): Promise<number> {
  return runDdl(run, work, statement.sql, () => run.checkpoint('statement-sent'));
}
