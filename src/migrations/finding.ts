import { RefusedError } from '../errors.ts';

/** What a check has to say of a migration before anything is changed. */
export interface Finding {
  /** `refuse` keeps the whole run from starting; `warn` and `note` are only told. */
  readonly severity: 'refuse' | 'warn' | 'note';
  /** The check's name, such as `columns-exist`. */
  readonly check: string;
  /** Null where it is about the run as a whole. */
  readonly migration: string | null;
  readonly message: string;
  /** What to do; null where the message says enough. */
  readonly hint: string | null;
}

/** Throws one RefusedError with all the findings that refuse; nothing was changed by then. */
export function refuseIfNeeded(findings: readonly Finding[]): void {
  const refusals = findings.filter((finding) => finding.severity === 'refuse');
  if (refusals.length === 0) return;
  const lines = refusals.map(({ migration, message }) =>
    migration === null ? message : `${migration}: ${message}`,
  );
  const hints = refusals.flatMap(({ hint }) => (hint === null ? [] : [hint]));
  throw new RefusedError(
    lines.length === 1
      ? `${lines[0]!} (nothing was changed)`
      : `${lines.length} problems, nothing was changed:\n  - ${lines.join('\n  - ')}`,
    { hint: [...new Set(hints)] },
  );
}
