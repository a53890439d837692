import { RefusedError } from '../errors.ts';

/** What a check has to say of a migration before anything is changed. */
export interface Finding {
  /**
   * `refuse` keeps the run from starting or, where the check is about one index alone, that index from being built;
   * `warn` and `note` are only told.
   */
  readonly severity: 'refuse' | 'warn' | 'note';
  /** The check's name, such as `columns-exist`. */
  readonly check: string;
  /** Null where it is about the run as a whole. */
  readonly migration: string | null;
  readonly message: string;
  /** What to do; null where the message says enough. */
  readonly hint: string | null;
}

/** What these checks refuse is one index that this server cannot build as it is declared; the others can be built. */
const CHECKS_OF_ONE_INDEX: ReadonlySet<string> = new Set([
  'expressions-valid',
  'server-can',
  'key-fits',
  'online-possible',
  'partitions-known',
  'indexes-few',
]);

/** Whether a finding refuses one migration and not the run. */
export function refusesOneIndex({ severity, migration, check }: Finding): boolean {
  return severity === 'refuse' && migration !== null && CHECKS_OF_ONE_INDEX.has(check);
}

/** Throws one RefusedError with all the findings that refuse; nothing was changed by then. */
export function refuseIfNeeded(findings: readonly Finding[]): void {
  const { lines, hints } = describeRefusals(findings);
  if (lines.length === 0) return;
  throw new RefusedError(
    lines.length === 1
      ? `${lines[0]!} (nothing was changed)`
      : `${lines.length} problems, nothing was changed:\n  - ${lines.join('\n  - ')}`,
    { hint: hints },
  );
}

/** The findings that refuse: a line of each, and what to do. */
export function describeRefusals(findings: readonly Finding[]): {
  readonly lines: readonly string[];
  readonly hints: readonly string[];
} {
  const refusals = findings.filter(({ severity }) => severity === 'refuse');
  return {
    lines: refusals.map(({ migration, message }) =>
      migration === null ? message : `${migration}: ${message}`,
    ),
    hints: refusals.flatMap(({ hint }) => (hint === null ? [] : [hint])),
  };
}
