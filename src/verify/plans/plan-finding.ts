import type { TableAccess } from '../../databases/explain-plan.ts';

/** How the server would run one query of the extraction. */
export type PlanFinding = {
  readonly table: string;
  /** The statement as the extraction sends it, with the values in it. */
  readonly query: string;
  readonly expectedIndex: string;
} & (
  | { readonly kind: 'served'; readonly access: TableAccess }
  /** The server knows without reading that there is nothing to read. */
  | { readonly kind: 'nothing-to-read' }
  /** The extraction would refuse to run this. `access` is null where the server need not read to answer it. */
  | {
      readonly kind: 'not-served';
      readonly access: TableAccess | null;
      readonly reason: string;
      readonly mend: string;
    }
  /** The query cannot even be asked: its table or column is missing. */
  | { readonly kind: 'impossible'; readonly reason: string; readonly mend: string }
);

/** How the server would reach the rows, or null where that is not known or nothing is to be read. */
export function planAccess(finding: PlanFinding): TableAccess | null {
  return finding.kind === 'served' || finding.kind === 'not-served' ? finding.access : null;
}
