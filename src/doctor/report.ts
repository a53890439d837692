import type { Output } from '../output.ts';
import type { DatabaseDiagnosis, Outcome } from './outcome.ts';

/** Whether no check failed; a warning is no failure. */
export function isHealthy(diagnoses: readonly DatabaseDiagnosis[]): boolean {
  return countOutcomes(diagnoses, 'failed') === 0;
}

/** The JSON document of `doctor`. */
export function toDocument(diagnoses: readonly DatabaseDiagnosis[]) {
  return {
    command: 'doctor',
    ok: isHealthy(diagnoses),
    databases: diagnoses.map(({ database, checks }) => ({
      database,
      checks: checks.map(({ check, outcome }) => ({
        check,
        status: outcome.kind,
        detail: outcome.detail,
        mend: mendOf(outcome),
      })),
    })),
  };
}

/** The diagnosis as a person reads it in a terminal. */
export function renderText(
  diagnoses: readonly DatabaseDiagnosis[],
  { colors }: Pick<Output, 'colors'>,
): string {
  const paint = { passed: colors.green, warning: colors.yellow, failed: colors.red, skipped: colors.dim };
  const sections = diagnoses.map(({ database, checks }) =>
    [
      colors.bold(database),
      ...checks.flatMap(({ check, outcome }) => {
        const mend = mendOf(outcome);
        const line = `  ${paint[outcome.kind](outcome.kind.padEnd(8))} ${check.padEnd(13)} ${outcome.detail}`;
        return mend === null ? [line] : [line, `${' '.repeat(25)}fix: ${mend}`];
      }),
    ].join('\n'),
  );
  return [...sections, renderVerdict(diagnoses)].join('\n\n');
}

function renderVerdict(diagnoses: readonly DatabaseDiagnosis[]): string {
  const failures = countOutcomes(diagnoses, 'failed');
  const warnings = countOutcomes(diagnoses, 'warning');
  const warned = warnings === 0 ? '' : `, ${plural(warnings, 'warning')}`;
  return failures === 0 ? `OK: no check failed${warned}` : `FAILED: ${plural(failures, 'check')}${warned}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function countOutcomes(diagnoses: readonly DatabaseDiagnosis[], kind: Outcome['kind']): number {
  return diagnoses.flatMap(({ checks }) => checks).filter(({ outcome }) => outcome.kind === kind).length;
}

function mendOf(outcome: Outcome): string | null {
  return 'mend' in outcome ? outcome.mend : null;
}
