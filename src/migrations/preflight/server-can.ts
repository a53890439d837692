import type { Finding } from '../finding.ts';
import type { Candidate, PreflightSubject } from './check.ts';

/** The server's version knows what the index asks for. */
export function serverCan({ candidates, database }: PreflightSubject): readonly Finding[] {
  const { capabilities, label } = database.server;
  return candidates.flatMap((candidate) => {
    const { parts, visible } = candidate.definition;
    const found: Finding[] = [];
    if (!capabilities.functionalIndexes && parts.some(({ kind }) => kind === 'expression')) {
      const hint = 'add a generated column with the expression and index that';
      found.push(finding(candidate, 'refuse', `${label} has no functional index`, hint));
    }
    if (!capabilities.descendingIndexes && parts.some(({ descending }) => descending)) {
      const message = `${label} reads DESC in an index, but builds it ascending`;
      found.push(
        finding(candidate, 'refuse', message, 'leave the order out: it serves both directions there'),
      );
    }
    if (!visible && capabilities.hiddenIndexKeyword === null) {
      found.push(finding(candidate, 'refuse', `${label} cannot hide an index`, 'build it visible'));
    }
    return found;
  });
}

function finding(
  { migration, definition }: Candidate,
  severity: Finding['severity'],
  reason: string,
  hint: string,
): Finding {
  const message = `index ${definition.name} of ${definition.table}: ${reason}`;
  return { severity, check: 'server-can', migration: migration.name, message, hint };
}
