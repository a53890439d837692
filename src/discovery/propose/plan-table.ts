import {
  type Application,
  type FoundApplication,
  type KnownTable,
  knownTable,
  writerInUtc,
} from '../applications/application.ts';
import type { TableFacts } from '../facts.ts';
import type { TableRequest } from '../inspect/read-tables.ts';
import { type Candidates, findCandidates } from './candidates.ts';
import { reasonToLeaveOut } from './leave-out.ts';

/** What is known of a table before it is looked at: left out for what it is, or to be looked at for its cursors. */
export type TablePlan =
  | { readonly kind: 'leave-out'; readonly facts: TableFacts; readonly reason: string }
  | {
      readonly kind: 'examine';
      readonly facts: TableFacts;
      readonly known: KnownTable | null;
      readonly utc: Application | null;
      readonly candidates: Candidates;
    };

export function planTable(facts: TableFacts, applications: readonly FoundApplication[]): TablePlan {
  const { table } = facts;
  const known = knownTable(table.name, applications);
  const reason =
    known?.known.leaveOut === undefined
      ? reasonToLeaveOut(table)
      : `${known.application.name}: ${known.known.leaveOut}`;
  if (reason !== null) return { kind: 'leave-out', facts, reason };
  return {
    kind: 'examine',
    facts,
    known: known?.known ?? null,
    utc: writerInUtc(table.name, applications),
    candidates: findCandidates(facts, known?.known ?? null),
  };
}

/** Which columns of a table are worth a look: those that might be its cursor by what they hold. */
export function requestOf(plan: TablePlan & { readonly kind: 'examine' }): TableRequest {
  const { cursors, created } = plan.candidates;
  const columns = cursors.filter(({ why }) => why !== 'growing-id').map(({ column }) => column);
  return { facts: plan.facts, sample: columns.length === 0 ? null : { columns, created } };
}
