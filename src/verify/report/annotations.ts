import path from 'node:path';
import { allProblems } from '../problems.ts';
import type { Verification } from '../verification.ts';

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/**
 * The lines that make GitHub Actions show the problems beside the migration files (GitHub documentation, "Workflow
 * commands for GitHub Actions").
 */
export function renderAnnotations(verification: Verification, projectDirectory: string): readonly string[] {
  return allProblems(verification).map(({ severity, rule, message, mend, file }) => {
    const properties = [
      ...(file === null ? [] : [`file=${property(path.relative(projectDirectory, file))}`]),
      `title=${property(`tidemark ${rule}`)}`,
    ];
    return `::${COMMANDS[severity]} ${properties.join(',')}::${data(mend === null ? message : `${message}\nfix: ${mend}`)}`;
  });
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
