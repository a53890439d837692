import type { Database } from '../databases/database.ts';
import type { BuildStrategy } from './define-index.ts';
import type { Finding } from './finding.ts';
import { readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import type { PlannedStatement } from './plan-statements.ts';
import { type PlanOptions, planUp, plannedStatements } from './plan-up.ts';
import { type MigrationOutcome, outcome } from './result.ts';
import { prepareMonitorSession } from './session-setup.ts';

/** One statement of a plan, in SQL and in plain words. */
export interface StatementPlan {
  readonly table: string;
  readonly indexes: readonly string[];
  readonly sql: string;
  readonly strategy: BuildStrategy;
  readonly online: boolean;
  /** By the server's statistics. */
  readonly rowsEstimate: number;
  /** What it means for the table's readers and writers. */
  readonly effect: string;
}

export interface PlanResult {
  readonly database: string;
  readonly server: string;
  /** In order, each with action `planned`; `statement` is null for an index that would be adopted. */
  readonly migrations: readonly MigrationOutcome[];
  readonly statements: readonly StatementPlan[];
  readonly findings: readonly Finding[];
  /** False if `migrate up` would refuse. */
  readonly ok: boolean;
}

/** What `migrate up` would do and what its checks say, without a lock and without a change. */
export async function migratePlan(request: {
  readonly database: Database;
  readonly migrations: readonly Migration[];
  readonly options: PlanOptions;
}): Promise<PlanResult> {
  const { database, migrations, options } = request;
  const entries = await readLedger(database);
  await using session = await database.session();
  await prepareMonitorSession(session, database.server);
  const plan = await planUp({ database, session, migrations, entries, options });
  return {
    database: database.name,
    server: database.server.label,
    migrations: plan.steps.map((step) =>
      outcome(step.candidate.migration.name, step.candidate.definition, {
        action: 'planned',
        statement: step.kind === 'build' ? step.statement.sql : null,
        seconds: null,
      }),
    ),
    statements: plannedStatements(plan).map(describeStatement),
    findings: plan.findings,
    ok: plan.findings.every(({ severity }) => severity !== 'refuse'),
  };
}

function describeStatement(statement: PlannedStatement): StatementPlan {
  const { table, sql, strategy, online, rowsEstimate } = statement;
  const indexes = statement.builds.map(({ definition }) => definition.name);
  return { table, indexes, sql, strategy, online, rowsEstimate, effect: effectOf(statement) };
}

function effectOf({ table, builds, strategy, online }: PlannedStatement): string {
  if (strategy !== 'native') return `${strategy} copies ${table} with its new indexes and swaps the copy in`;
  const reads = `reads ${table} once for ${builds.length === 1 ? 'its index' : `its ${builds.length} indexes`}`;
  return online
    ? `${reads}, while others read and write it`
    : `${reads}; while it runs, nobody can write to ${table} (online: false)`;
}
