/**
 * The errors that tidemark raises on purpose. Each class has the exit code of the command-line contract; a
 * message names what is wrong, a hint says what to do next. Anything else that is thrown is a defect.
 */
export abstract class TidemarkError extends Error {
  /** Exit code of the process when this error ends it. */
  abstract readonly exitCode: number;
  /** What to do next, one line each and none twice. */
  readonly hints: readonly string[];

  constructor(message: string, options: { hint?: string | readonly string[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hints = [...new Set(options.hint === undefined ? [] : [options.hint].flat())];
  }
}

/** The command line asks for something that does not exist or does not fit together. */
export class UsageError extends TidemarkError {
  readonly exitCode = 2;
}

/** The environment, `.env`, `knexfile.ts`, a migration file or a table file is wrong; lists every fault. */
export class ConfigurationError extends TidemarkError {
  readonly exitCode = 2;
  readonly faults: readonly string[];

  constructor(
    faults: readonly string[],
    options: { hint?: string | readonly string[]; cause?: unknown } = {},
  ) {
    super(
      faults.length === 1 ? faults[0]! : `${faults.length} faults:\n  - ${faults.join('\n  - ')}`,
      options,
    );
    this.faults = faults;
  }
}

/** The work itself failed: database, sink or file system. */
export class WorkFailedError extends TidemarkError {
  readonly exitCode = 3;
}

/** Refused for safety: a lock is held, a preflight check failed, a scan would be needed. */
export class RefusedError extends TidemarkError {
  readonly exitCode = 4;
}

/** Another process writes to the sink. */
export class SinkHeldError extends RefusedError {
  /** The process, as the system names it. */
  readonly holder: string;

  constructor(message: string, options: { hint?: string; cause?: unknown; holder: string }) {
    super(message, options);
    this.holder = options.holder;
  }
}

/** The user or the supervisor asked the process to stop (SIGINT, SIGTERM). */
export class InterruptedError extends TidemarkError {
  readonly exitCode = 130;

  constructor(message = 'interrupted', options: { hint?: string; cause?: unknown } = {}) {
    super(message, options);
  }
}

/**
 * One error for several that happened side by side, with the first one's class and exit code, so that nothing that went
 * wrong stays unsaid.
 */
export function combineErrors(errors: readonly unknown[]): unknown {
  const [first, ...others] = errors;
  if (others.length === 0 || !(first instanceof TidemarkError)) return first;
  const messages = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  const hints = errors.flatMap((error) => (error instanceof TidemarkError ? error.hints : []));
  const cause = new AggregateError(errors, messages.join('\n'));
  if (errors.some((error) => error instanceof InterruptedError)) {
    return new InterruptedError(messages.join('\n'), { cause });
  }
  if (first instanceof ConfigurationError) {
    const faults = errors.flatMap((error, position) =>
      error instanceof ConfigurationError ? error.faults : messages[position]!,
    );
    return new ConfigurationError(faults, { hint: hints, cause });
  }
  if (first instanceof RefusedError) return new RefusedError(messages.join('\n'), { hint: hints, cause });
  return new WorkFailedError(messages.join('\n'), { hint: hints, cause });
}

/** Waits for all of the work that runs side by side; then throws one error for everything that failed. */
export async function settleAll<Result>(work: readonly Promise<Result>[]): Promise<readonly Result[]> {
  const outcomes = await Promise.allSettled(work);
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (failures.length > 0) throw combineErrors(failures);
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** Stops at a place where nothing is half done. Throws an InterruptedError once the signal is aborted. */
export function stopIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new InterruptedError('interrupted', {
    hint: 'what was committed is safe; the next run goes on from there',
  });
}
