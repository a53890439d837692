import type { Work } from '../events.ts';
import type { PlannedStatement } from '../plan-statements.ts';
import type { Run } from '../run.ts';
import { runDdl } from '../run-ddl.ts';

/** Builds the indexes of a statement in the way that its strategy names, and returns the seconds it took. */
export async function runStrategy(run: Run, work: Work, statement: PlannedStatement): Promise<number> {
  switch (statement.strategy) {
    case 'native':
      return runDdl(run, work, statement.sql, () => run.checkpoint('statement-sent'));
    case 'pt-osc':
    case 'gh-ost': {
      const { runCopyTool } = await import('./run-copy-tool.ts');
      return runCopyTool(run, work, { ...statement, strategy: statement.strategy });
    }
  }
}
