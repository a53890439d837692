import type { TableAccess } from '../../databases/explain-plan.ts';
import { qualifiedName } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import type { DescribedTable } from '../../pipeline/source/describe-each.ts';
import type { Position } from '../../rows/position.ts';
import { isWatermark } from '../../pipeline/source/table-spec.ts';
import { DEFAULT_OPTIONS } from '../../pipeline/run/options.ts';
import { createMigrationCommand, wantedIndex } from '../../pipeline/source/index-advice.ts';
import { type ExtractionPlan, extractionPlans } from '../../pipeline/source/plan-gate.ts';
import type { SourceTable } from '../../pipeline/source/source-table.ts';
import { extractionWindow } from './extraction-window.ts';
import type { PlanFinding } from './plan-finding.ts';

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
