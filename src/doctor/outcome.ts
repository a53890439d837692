/** What a check found. Every fault comes with its mend. */
export type Outcome =
  | { readonly kind: 'passed'; readonly detail: string }
  /** Works, but not as well or as safely as it should. */
  | { readonly kind: 'warning'; readonly detail: string; readonly mend: string }
  | { readonly kind: 'failed'; readonly detail: string; readonly mend: string }
  /** An earlier check failed that this one needs. */
  | { readonly kind: 'skipped'; readonly detail: string };

export const passed = (detail: string): Outcome => ({ kind: 'passed', detail });
export const warning = (detail: string, mend: string): Outcome => ({ kind: 'warning', detail, mend });
export const failed = (detail: string, mend: string): Outcome => ({ kind: 'failed', detail, mend });

export type CheckName =
  | 'configuration'
  | 'files'
  | 'connection'
  | 'version'
  | 'settings'
  | 'cursors'
  | 'privileges'
  | 'tls'
  | 'ledger'
  | 'lock'
  | 'tables'
  | 'source';

export interface CheckResult {
  readonly check: CheckName;
  readonly outcome: Outcome;
}

/** The checks of one database, in the order in which they depend on each other. */
export interface DatabaseDiagnosis {
  readonly database: string;
  readonly checks: readonly CheckResult[];
}
