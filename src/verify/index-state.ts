import type { IndexFinding } from './index-finding.ts';

/** The states of an index in the JSON document, fixed by the command line's contract. */
export type IndexState = 'ok' | 'missing' | 'changed' | 'unrecorded' | 'orphan' | 'hidden';

/** The state that the document gives a finding: an edited migration file is a change of what is expected. */
export function indexState(finding: IndexFinding): IndexState {
  return finding.kind === 'edited' ? 'changed' : finding.kind;
}
