import type { Change, PlanShape } from '../history/changes.ts';
import { allProblems } from '../problems.ts';
import { summarize } from '../summary.ts';
import type { Verification } from '../verification.ts';

/** One line for a change between two verifications. */
export function describeChange(change: Change): string {
  if (change.kind === 'index-state') {
    return `index ${change.index} of ${change.table}: ${change.from} -> ${change.to}`;
  }
  return `plan of ${change.table}: ${describeShape(change.from)} -> ${describeShape(change.to)}`;
}

/** One sentence: what the verification amounts to. */
export function verdict(verification: Verification): string {
  const summary = summarize(verification);
  if (summary.ok) {
    const plans = verification.databases.flatMap((database) => database.plans).length;
    const served = plans === 0 ? '' : `, and all ${plans} extraction queries are served by theirs`;
    return summary.expected === 0
      ? 'OK: there is no migration yet'
      : `OK: every index is as recorded${served}`;
  }
  const errors = allProblems(verification).filter(({ severity }) => severity === 'error').length;
  return `FAILED: ${errors} ${errors === 1 ? 'difference' : 'differences'}`;
}

function describeShape({ access, index }: PlanShape): string {
  return `${access} on ${index ?? 'no index'}`;
}
