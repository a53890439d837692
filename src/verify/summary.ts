import { actualIndex, recordedIndex } from './index-finding.ts';
import { isOk } from './problems.ts';
import type { Verification } from './verification.ts';

/** Counts over all databases. `expected` is `found` plus `missing`; an index that is there but wrong counts as found. */
export interface Summary {
  /** Migrations that the ledger says are applied, and those that are pending. */
  readonly expected: number;
  readonly found: number;
  readonly missing: number;
  readonly changed: number;
  readonly unrecorded: number;
  readonly hidden: number;
  readonly orphan: number;
  readonly ok: boolean;
}

/** Sums up what was found. */
export function summarize(verification: Verification): Summary {
  const findings = verification.databases.flatMap(({ indexes }) => indexes);
  const expected = findings.filter((finding) => {
    const recorded = recordedIndex(finding);
    return recorded !== null && (recorded.inPlace || recorded.file !== null);
  });
  const found = expected.filter((finding) => actualIndex(finding) !== null);
  const count = (...kinds: readonly string[]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    expected: expected.length,
    found: found.length,
    missing: expected.length - found.length,
    changed: count('changed', 'edited'),
    unrecorded: count('unrecorded'),
    hidden: count('hidden'),
    orphan: count('orphan'),
    ok: isOk(verification),
  };
}
