import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { canonicalIndex } from '../schema/canonical-index.ts';
import { askCanonicalExpressions } from '../schema/canonical-expressions.ts';
import { equivalent } from '../schema/compare-indexes.ts';
import { type IndexDefinition, definitionOf } from '../schema/index-definition.ts';
import type { BuildStrategy } from './define-index.ts';
import { type Finding, refusesOneIndex } from './finding.ts';
import { type Inspection, findIndex, inspect } from './inspect.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Migration } from './migration.ts';
import { matchMigrations } from './migration-state.ts';
import { checkOrder } from './order-rules.ts';
import { displacesIndexes } from './foresee-displaced.ts';
import type { Candidate } from './preflight/check.ts';
import { type PlannedStatement, planStatements } from './plan-statements.ts';
import { runPreflight } from './preflight/index.ts';
import { selectUp } from './select-migrations.ts';

export interface PlanOptions {
  /** Applies migrations up to this one, itself included; null goes to the last. */
  readonly to: string | null;
  /** Applies no more than this many; null applies all. */
  readonly step: number | null;
  /** One ALTER TABLE for all indexes of a table, so that the table is read once. */
  readonly coalesce: boolean;
  /** Records an index that does the same under another name, instead of building a second one. */
  readonly adoptEquivalent: boolean;
  /** Builds indexes that the optimizer does not see until `migrate publish`. */
  readonly hidden: boolean;
  /** Goes on although files of applied migrations were changed. */
  readonly allowEdited: boolean;
  /** Goes on although applied migrations have no file. */
  readonly allowOrphans: boolean;
  /** For migrations that name none. */
  readonly strategy: BuildStrategy;
}

export type PlannedStep =
  | { readonly kind: 'build'; readonly candidate: Candidate; readonly statement: PlannedStatement }
  /** `candidate.definition` is the index that is there. */
  | { readonly kind: 'adopt'; readonly candidate: Candidate };

export interface UpPlan {
  /** In the order of the migrations' names. */
  readonly steps: readonly PlannedStep[];
  /** Migrations whose index this server cannot build, as the findings say; they have no step. */
  readonly refused: readonly Migration[];
  readonly findings: readonly Finding[];
}

/** Works out what `migrate up` would do, and everything that speaks against it. Only reads. */
export async function planUp(request: {
  readonly database: Database;
  readonly session: Session;
  readonly migrations: readonly Migration[];
  readonly entries: readonly LedgerEntry[];
  readonly options: PlanOptions;
}): Promise<UpPlan> {
  const { database, session, migrations, entries, options } = request;
  const states = matchMigrations(migrations, entries);
  const selected = selectUp(states, options);
  const inspection = await inspect(
    session,
    database,
    selected.map(({ definition }) => definition.table),
  );
  const adopted: Candidate[] = [];
  const candidates: Candidate[] = [];
  const findings: Finding[] = [...checkOrder(states, selected, options)];
  for (const migration of selected) {
    const strategy = migration.strategy ?? options.strategy;
    const intended = await resolveDefinition(migration, request, inspection);
    if (intended.kind === 'refused') {
      findings.push(intended.finding);
      continue;
    }
    const existing = findAdoptable(intended.definition, inspection, options.adoptEquivalent);
    if (existing === undefined) {
      const visible = intended.definition.visible && !options.hidden;
      candidates.push({ migration, definition: { ...intended.definition, visible }, strategy });
    } else adopted.push({ migration, definition: existing, strategy });
  }
  findings.push(...(await runPreflight({ database, session, candidates, inspection })));
  const refusedNames = new Set(findings.filter(refusesOneIndex).map(({ migration }) => migration));
  const buildable = candidates.filter(({ migration }) => !refusedNames.has(migration.name));
  const statements = planStatements(buildable, inspection, database, options);
  for (const statement of statements) {
    findings.push(...(await displacesIndexes({ database, session, inspection, statement })));
  }
  const steps = [
    ...statements.flatMap((statement) =>
      statement.builds.map((candidate): PlannedStep => ({ kind: 'build', candidate, statement })),
    ),
    ...adopted.map((candidate): PlannedStep => ({ kind: 'adopt', candidate })),
  ];
  const position = (step: PlannedStep) => selected.indexOf(step.candidate.migration);
  return {
    steps: steps.toSorted((one, other) => position(one) - position(other)),
    refused: selected.filter(({ name }) => refusedNames.has(name)),
    findings,
  };
}

/** The statements of a plan, each once, in the order in which they run. */
export function plannedStatements(plan: Pick<UpPlan, 'steps'>): readonly PlannedStatement[] {
  return [...new Set(plan.steps.flatMap((step) => (step.kind === 'build' ? [step.statement] : [])))];
}

type Resolved =
  | { readonly kind: 'resolved'; readonly definition: IndexDefinition }
  | { readonly kind: 'refused'; readonly finding: Finding };

/** The definition as the server will report it. */
async function resolveDefinition(
  migration: Migration,
  { session, database }: { readonly session: Session; readonly database: Database },
  inspection: Inspection,
): Promise<Resolved> {
  const table = inspection.tables.get(migration.definition.table);
  // The preflight says that it is missing.
  if (table === undefined) return { kind: 'resolved', definition: migration.definition };
  const definition = canonicalIndex(migration.definition, table);
  if (!database.server.capabilities.functionalIndexes) return { kind: 'resolved', definition };
  try {
    return {
      kind: 'resolved',
      definition: await askCanonicalExpressions(session, database.server, definition),
    };
  } catch (error) {
    return {
      kind: 'refused',
      finding: {
        severity: 'refuse',
        check: 'expressions-valid',
        migration: migration.name,
        message: `the server does not accept the index’s expression: ${(error as Error).message}`,
        hint: 'fix the expression in the migration file; trying it needs the CREATE TEMPORARY TABLES privilege',
      },
    };
  }
}

function findAdoptable(
  definition: IndexDefinition,
  inspection: Inspection,
  underAnyName: boolean,
): IndexDefinition | undefined {
  const named = findIndex(inspection, definition.table, definition.name);
  if (named !== undefined) return equivalent(definition, named) ? definitionOf(named) : undefined;
  if (!underAnyName) return undefined;
  const same = inspection.indexes
    .get(definition.table)
    ?.find((index) => !index.primary && equivalent(definition, index));
  return same === undefined ? undefined : definitionOf(same);
}
