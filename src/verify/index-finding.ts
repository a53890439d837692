import type { LedgerState } from '../migrations/ledger.ts';
import type { IndexDifference } from '../schema/compare-indexes.ts';
import type { IndexDefinition } from '../schema/index-definition.ts';

/** An index that a migration stands for: the ledger says that it is there, or a file says that it will be. */
export interface RecordedIndex {
  readonly migration: string;
  /** Absolute path of the migration's file; null where the ledger alone knows it. */
  readonly file: string | null;
  readonly state: LedgerState | 'pending';
  /** Whether the ledger says that the index is there. */
  readonly inPlace: boolean;
  /** As the ledger recorded it; as the file declares it where it is not in place. */
  readonly definition: IndexDefinition;
  /** What the file declares now, where that is no longer what was applied. */
  readonly edited: IndexDefinition | null;
  /** The tool hid it: it waits to be published or to be dropped. */
  readonly hiddenOnPurpose: boolean;
}

/** How an index that nothing recorded came to notice. */
export type UnrecordedReason =
  /** A pending migration declares exactly this index: it can be adopted. */
  | { readonly kind: 'pending'; readonly recorded: RecordedIndex }
  /** A run broke off between its intent and its outcome: the next `migrate up` reconciles it. */
  | { readonly kind: 'unfinished'; readonly recorded: RecordedIndex }
  /** Neither a migration nor the baseline knows it. */
  | { readonly kind: 'stray' }
  /** The baseline knows another definition of it. */
  | { readonly kind: 'differs-from-baseline'; readonly differences: readonly IndexDifference[] };

/** What is worth saying of an index beside its state; never a reason to fail. */
export type Remark =
  /** Another index does all that this one does. */
  | { readonly kind: 'redundant'; readonly to: string }
  /** Another index of the table has the same definition. */
  | { readonly kind: 'duplicate'; readonly of: string }
  /** An index that the application owns has become a left prefix of this one. */
  | { readonly kind: 'covers'; readonly index: string }
  | { readonly kind: 'starts-with-primary-key' };

interface WithRemarks {
  readonly remarks: readonly Remark[];
}

/** What verification found of one index. */
export type IndexFinding = WithRemarks &
  (
    | { readonly kind: 'ok'; readonly recorded: RecordedIndex; readonly actual: IndexDefinition }
    /** `equivalent` names an index that is there and does the same. */
    | { readonly kind: 'missing'; readonly recorded: RecordedIndex; readonly equivalent: string | null }
    | {
        readonly kind: 'changed';
        readonly recorded: RecordedIndex;
        readonly actual: IndexDefinition;
        readonly differences: readonly IndexDifference[];
      }
    | { readonly kind: 'hidden'; readonly recorded: RecordedIndex; readonly actual: IndexDefinition }
    /** The ledger's row has no migration file. */
    | { readonly kind: 'orphan'; readonly recorded: RecordedIndex; readonly actual: IndexDefinition }
    /** The migration file was changed after it was applied. */
    | {
        readonly kind: 'edited';
        readonly recorded: RecordedIndex;
        readonly actual: IndexDefinition;
        readonly differences: readonly IndexDifference[];
      }
    | { readonly kind: 'unrecorded'; readonly actual: IndexDefinition; readonly reason: UnrecordedReason }
  );

/** The migration's record of a finding, or null for an index that no migration stands for. */
export function recordedIndex(finding: IndexFinding): RecordedIndex | null {
  if (finding.kind !== 'unrecorded') return finding.recorded;
  return 'recorded' in finding.reason ? finding.reason.recorded : null;
}

/** The index as the server has it, or null where it has none. */
export function actualIndex(finding: IndexFinding): IndexDefinition | null {
  return finding.kind === 'missing' ? null : finding.actual;
}

/** The index that a finding is about: as it is there, else as it should be. */
export function subjectIndex(finding: IndexFinding): IndexDefinition {
  return finding.kind === 'missing' ? finding.recorded.definition : finding.actual;
}
