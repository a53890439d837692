import { inspect } from 'node:util';
import { TidemarkError } from './errors.ts';
import type { Output } from './output.ts';

/** Exit code of an error that nobody expected. */
const UNEXPECTED = 3;

/**
 * Says what went wrong and what to do, and returns the exit code. With `--json` standard output gets the same as a
 * document, so that a script never finds it empty.
 */
export function reportError(error: unknown, output: Output, verbose: boolean): number {
  const expected = error instanceof TidemarkError;
  const exitCode = expected ? error.exitCode : UNEXPECTED;
  const message = error instanceof Error ? error.message : inspect(error);
  const hints = expected
    ? error.hints
    : ['this was not expected: run again with --verbose and report what it prints'];

  output.note(`error: ${message}`);
  for (const hint of hints) output.note(`  hint: ${hint}`);
  if (verbose) output.note(describeCauses(error));
  if (output.json) {
    const kind = expected ? error.name : 'UnexpectedError';
    output.result({ error: { kind, message, hints, exitCode } }, () => message);
  }
  return exitCode;
}

function describeCauses(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    lines.push(cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause));
  }
  return lines.join('\ncaused by: ');
}
