import { inspect } from 'node:util';
import { isConnectionLost } from './databases/server-errors.ts';
import { TidemarkError, WorkFailedError } from './errors.ts';
import type { Output } from './output.ts';

/** Exit code of an error that nobody expected. */
const UNEXPECTED = 3;

/** An error as `--json` prints it. */
export interface ErrorDocument {
  readonly kind: string;
  readonly message: string;
  readonly hints: readonly string[];
  readonly exitCode: number;
}

export function errorDocument(error: unknown): ErrorDocument {
  if (error instanceof TidemarkError) {
    const { name, message, hints, exitCode } = error;
    return { kind: name, message, hints, exitCode };
  }
  if (isConnectionLost(error)) {
    const message = `the connection to a database server was lost: ${(error as Error).message}`;
    const hint = 'check that the server runs, and run the command again';
    return errorDocument(new WorkFailedError(message, { hint, cause: error }));
  }
  return {
    kind: 'UnexpectedError',
    message: error instanceof Error ? error.message : inspect(error),
    hints: ['this was not expected: run again with --verbose and report what it prints'],
    exitCode: UNEXPECTED,
  };
}

/** Says on standard error what went wrong and what to do, and returns the exit code. */
export function noteError(error: unknown, output: Output, verbose: boolean): number {
  const { message, hints, exitCode } = errorDocument(error);
  output.note(`error: ${message}`);
  for (const hint of hints) output.note(`  hint: ${hint}`);
  if (verbose) output.note(describeCauses(error));
  return exitCode;
}

/** The end of a run that failed; standard output gets a document too, so that a script never finds it empty. */
export function reportError(error: unknown, output: Output, verbose: boolean): number {
  const exitCode = noteError(error, output, verbose);
  if (output.json) output.result({ error: errorDocument(error) }, () => '');
  return exitCode;
}

function describeCauses(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    lines.push(cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause));
  }
  return lines.join('\ncaused by: ');
}
