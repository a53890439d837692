import type { Database } from '../../databases/database.ts';
import type { TableAccess } from '../../databases/explain-plan.ts';
import { qualifiedName } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { WorkFailedError } from '../../errors.ts';
import { describeSource } from '../../pipeline/source/describe-source.ts';
import type { Position } from '../../rows/position.ts';
import type { ExtractedTable } from '../../pipeline/source/load-tables.ts';
import { isWatermark } from '../../pipeline/source/table-spec.ts';
import { DEFAULT_OPTIONS } from '../../pipeline/run/options.ts';
import { createMigrationCommand, wantedIndex } from '../../pipeline/source/index-advice.ts';
import { type ExtractionPlan, extractionPlans } from '../../pipeline/source/plan-gate.ts';
import type { SourceTable } from '../../pipeline/source/source-table.ts';
import { extractionWindow } from './extraction-window.ts';
import type { PlanFinding } from './plan-finding.ts';

/** An extracted table as the database has it, or why it cannot be extracted. */
export type DescribedTable =
  | { readonly kind: 'described'; readonly table: SourceTable }
  | { readonly kind: 'faulty'; readonly extracted: ExtractedTable; readonly error: WorkFailedError };

/** Describes each table by itself, so that one that is faulty does not hide the others. */
export async function describeTables(
  database: Database,
  tables: readonly ExtractedTable[],
): Promise<readonly DescribedTable[]> {
  const described: DescribedTable[] = [];
  for (const extracted of tables) {
    try {
      const [table] = await describeSource(database, [extracted]);
      if (table !== undefined) described.push({ kind: 'described', table });
    } catch (error) {
      if (!(error instanceof WorkFailedError)) throw error;
      described.push({ kind: 'faulty', extracted, error });
    }
  }
  return described;
}

/**
 * Asks the server for the plans of the very queries that the extraction would send now, judged by the extraction's own
 * gate. `watermarks` is by the name of the sink's table; without one, the last rows stand in for what is new.
 */
export async function verifyPlans(
  session: Session,
  described: readonly DescribedTable[],
  watermarks: ReadonlyMap<string, Position>,
): Promise<readonly PlanFinding[]> {
  const findings: PlanFinding[] = [];
  for (const item of described) {
    if (item.kind === 'faulty') {
      findings.push(impossible(item));
      continue;
    }
    const { table } = item;
    // Without a cursor there is no plan to hold to.
    if (table.strategy !== 'watermark') continue;
    const window = await extractionWindow(session, table, watermarks.get(table.target) ?? null);
    const plans = await extractionPlans(session, table, { ...window, limit: DEFAULT_OPTIONS.statementRows });
    findings.push(...plans.map((plan) => judge(plan, table)));
  }
  return findings;
}

function impossible({ extracted, error }: DescribedTable & { readonly kind: 'faulty' }): PlanFinding {
  return {
    kind: 'impossible',
    table: extracted.name,
    query: '',
    expectedIndex: isWatermark(extracted.spec) ? extracted.spec.index : '',
    reason: error.message,
    mend: error.hints.join('; '),
  };
}

function judge({ query, expectedIndex, access, ok }: ExtractionPlan, table: SourceTable): PlanFinding {
  const about = { table: table.name, query, expectedIndex };
  if (ok)
    return access === null ? { ...about, kind: 'nothing-to-read' } : { ...about, kind: 'served', access };
  return {
    ...about,
    kind: 'not-served',
    access,
    reason: describeFault(table, access),
    mend: mendOf(table),
  };
}

/** Never to build an index that is there. */
function mendOf(table: SourceTable): string {
  if (table.indexFault !== null) return table.indexFault;
  if (table.index !== null) return `ANALYZE TABLE ${qualifiedName(table.schema, table.name)}`;
  return `rebuild the index if it is reported above; otherwise ${createMigrationCommand(wantedIndex(table))}`;
}

function describeFault(table: SourceTable, access: TableAccess | null): string {
  if (table.indexFault !== null) return `it does not serve ${table.cursor.name}, and no other index does`;
  if (table.index === null) return `it is not there, and no other index serves ${table.cursor.name}`;
  const used = access?.index ?? 'no index';
  const sorted = access?.sorts === true ? ', then sort' : '';
  return `the server would read ${used} with access "${access?.accessType ?? 'none'}"${sorted}`;
}
