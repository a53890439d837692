/** One thing to do so that a database agrees with what is recorded of it. */
export type RepairStep =
  /** The ledger is right, the database is not: one statement brings the index back. */
  | {
      readonly kind: 'statement';
      readonly table: string;
      readonly index: string;
      readonly statement: string;
    }
  /** The index is right, the ledger does not know it: record it. */
  | { readonly kind: 'adopt'; readonly migration: string }
  /** What is pending or was left unfinished is for `migrate up`. */
  | { readonly kind: 'migrate-up'; readonly migration: string }
  /** Nobody but a person can decide. */
  | { readonly kind: 'by-hand'; readonly table: string; readonly index: string; readonly mend: string };

export interface RepairPlan {
  readonly database: string;
  readonly steps: readonly RepairStep[];
}

/** Whether a step can be carried out without a person's decision. */
export function isAutomatic(step: RepairStep): boolean {
  return step.kind !== 'by-hand';
}
