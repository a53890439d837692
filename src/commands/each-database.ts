import { serverAddress } from '../config/database-config.ts';
import type { Context } from '../context.ts';
import type { OpenProjectDatabase } from '../project-databases.ts';
import { combineErrors } from '../errors.ts';
import { groupBy } from '../schema/group-by.ts';
import { errorDocument, noteError } from '../report-error.ts';

/** What came of a command that works on several databases, some of which may have failed. */
export interface EachResult<Result> {
  readonly results: readonly Result[];
  /** What went wrong, all of it, or null. */
  readonly failure: unknown;
}

/**
 * Does the work for each database: those of one server one after the other, servers side by side. A database that fails
 * does not stop the work on another server, and its error is kept.
 */
export async function eachDatabase<Target extends OpenProjectDatabase, Result>(
  opened: readonly Target[],
  work: (database: Target) => Promise<Result>,
): Promise<EachResult<Result>> {
  const outcomes = new Map<Target, PromiseSettledResult<Result>>();
  const servers = groupBy(opened, ({ config }) => serverAddress(config));
  await Promise.all(
    [...servers.values()].map(async (databases) => {
      for (const database of databases) {
        const [outcome] = await Promise.allSettled([work(database)]);
        outcomes.set(database, outcome);
        if (outcome.status === 'rejected') return;
      }
    }),
  );
  const inOrder = opened.flatMap((database) => outcomes.get(database) ?? []);
  const failures = inOrder.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  return {
    results: inOrder.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    failure: failures.length === 0 ? null : combineErrors(failures),
  };
}

/**
 * Prints what was done and, if something failed, that too: one document with `--json`, an `error` beside the results.
 * Returns the exit code.
 */
export function finish(
  { output }: Pick<Context, 'output'>,
  outcome: {
    readonly document: Readonly<Record<string, unknown>>;
    readonly renderText: () => string;
    readonly failure: unknown;
    readonly verbose: boolean;
  },
): number {
  const { document, renderText, failure, verbose } = outcome;
  if (failure === null) {
    output.result(document, renderText);
    return 0;
  }
  if (output.json) output.result({ ...document, error: errorDocument(failure) }, renderText);
  else {
    const text = renderText();
    if (text !== '') output.result(document, () => text);
  }
  return noteError(failure, output, verbose);
}
