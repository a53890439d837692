import type { ServerInfo } from '../databases/server.ts';
import type { IndexDefinition } from '../schema/index-definition.ts';
import {
  renderAddIndex,
  renderAlterTable,
  renderDropIndex,
  renderIndexVisibility,
} from '../schema/render-index.ts';
import { type IndexFinding, type UnrecordedReason, subjectIndex } from '../verify/index-finding.ts';
import { indexProblems } from '../verify/problems.ts';
import type { DatabaseVerification } from '../verify/verification.ts';
import type { RepairPlan, RepairStep } from './repair-step.ts';

/** What would bring a database into agreement with its ledger; empty where it is. */
export function planRepair(verification: DatabaseVerification, server: ServerInfo): RepairPlan {
  const { database, indexes } = verification;
  return { database, steps: indexes.flatMap((finding) => repairStep(finding, database, server) ?? []) };
}

function repairStep(finding: IndexFinding, database: string, server: ServerInfo): RepairStep | null {
  switch (finding.kind) {
    case 'ok':
      return null;
    case 'missing': {
      const { inPlace, migration, definition } = finding.recorded;
      if (!inPlace) return { kind: 'migrate-up', migration };
      return alter(definition, [renderAddIndex(definition, server)], server);
    }
    case 'changed': {
      const { inPlace, definition } = finding.recorded;
      if (!inPlace) return byHand(finding, database);
      // One statement: there is no moment without the index.
      const clauses = [renderDropIndex(finding.actual.name), renderAddIndex(definition, server)];
      return alter(definition, clauses, server);
    }
    case 'hidden': {
      if (finding.recorded.hiddenOnPurpose) return null;
      const { table, name } = finding.actual;
      const clause = renderIndexVisibility(name, true, server);
      // It changes the data dictionary only, and not every version takes ALGORITHM and LOCK here.
      const statement = renderAlterTable(table, [clause], { online: false, server });
      return { kind: 'statement', table, index: name, statement };
    }
    case 'unrecorded':
      return recordStep(finding.reason) ?? byHand(finding, database);
    case 'orphan':
    case 'edited':
      return byHand(finding, database);
  }
}

function recordStep(reason: UnrecordedReason): RepairStep | null {
  switch (reason.kind) {
    case 'pending':
      return { kind: 'adopt', migration: reason.recorded.migration };
    case 'unfinished':
      return { kind: 'migrate-up', migration: reason.recorded.migration };
    case 'stray':
    case 'differs-from-baseline':
      return null;
  }
}

function alter(definition: IndexDefinition, clauses: readonly string[], server: ServerInfo): RepairStep {
  // FULLTEXT and SPATIAL indexes cannot be built while others write (errors 1845, 1846).
  const online = definition.type === 'BTREE';
  const statement = renderAlterTable(definition.table, clauses, { online, server });
  return { kind: 'statement', table: definition.table, index: definition.name, statement };
}

function byHand(finding: IndexFinding, database: string): RepairStep {
  const { table, name } = subjectIndex(finding);
  const [problem] = indexProblems(finding, database);
  return { kind: 'by-hand', table, index: name, mend: problem?.mend ?? 'see the report' };
}
