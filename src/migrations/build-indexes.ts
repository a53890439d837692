import { isConnectionLost } from '../databases/server-errors.ts';
import { InterruptedError, type TidemarkError, WorkFailedError } from '../errors.ts';
import { indexBytes } from '../schema/index-size.ts';
import { introspectIndexes } from '../schema/introspect-indexes.ts';
import { explainBuildError, failedParts, isAboutOneIndex } from './build-errors.ts';
import { type DisplacedIndex, canDisplace, goneOf, readDisplaceable } from './displaced-index.ts';
import type { Work } from './events.ts';
import { readLedger } from './ledger.ts';
import type { BuiltIndex, IntendedBuild } from './ledger-writer.ts';
import { type PlannedStatement, renderStatement } from './plan-statements.ts';
import type { Candidate } from './preflight/check.ts';
import type { Run } from './run.ts';
import { runStrategy } from './strategies/run-strategy.ts';

/** What one migration of a statement came to. */
export type BuildOutcome =
  | { readonly kind: 'built'; readonly statement: string; readonly seconds: number }
  | { readonly kind: 'failed'; readonly error: TidemarkError };

/**
 * Builds the indexes of a statement, and has the ledger say what came of each. If one is at fault, the others are built
 * without it: those that the server names are left out, and where it names none, each is tried by itself. Throws where
 * the fault is not an index's own (the connection, the disk, a lock, an interrupt).
 */
export async function buildIndexes(
  run: Run,
  whole: PlannedStatement,
): Promise<ReadonlyMap<string, BuildOutcome>> {
  const outcomes = new Map<string, BuildOutcome>();
  const waiting = [whole];
  for (let statement = waiting.shift(); statement !== undefined; statement = waiting.shift()) {
    const { builds } = statement;
    const attempt = await tryStatement(run, statement);
    if (attempt.kind === 'done') {
      const { seconds } = attempt;
      for (const { migration } of builds) {
        outcomes.set(migration.name, { kind: 'built', statement: statement.sql, seconds });
      }
      continue;
    }
    const { error } = attempt;
    if (!isAboutOneIndex(error)) return settleFailure(run, statement, error);
    const names = failedParts(error, statement);
    const known = names.length < builds.length || builds.length === 1;
    const failed = known ? builds.filter(({ definition }) => names.includes(definition.name)) : [];
    const others = builds.filter((build) => !failed.includes(build));
    const explained = explainBuildError(error, statement);
    for (const build of failed) {
      await run.ledger.recordFailure(entryOf(build), explained.message);
      outcomes.set(build.migration.name, { kind: 'failed', error: explained });
    }
    const detail = `in one statement with ${names.join(', ')}, which failed; tried again without`;
    await run.ledger.forget(others.map(entryOf), 'build-failed', { detail });
    const groups = known ? [others] : others.map((build) => [build]);
    const again = groups.filter((group) => group.length > 0);
    waiting.unshift(...again.map((group) => renderStatement(whole, group, run.database)));
  }
  return outcomes;
}

type Attempt =
  { readonly kind: 'done'; readonly seconds: number } | { readonly kind: 'failed'; readonly error: unknown };

/** Writes the intent, runs the statement, and records what the server then has. */
async function tryStatement(run: Run, statement: PlannedStatement): Promise<Attempt> {
  const work: Work = {
    table: statement.table,
    indexes: statement.builds.map(({ definition }) => definition.name),
  };
  const displaceable = await findDisplaceable(run, statement);
  const builds = statement.builds.map((build) => ({
    ...build,
    displaced: displaceable.filter(({ definition }) => canDisplace([build.definition], definition)),
  }));
  await run.ledger.intendBuild(builds, statement.sql);
  await run.checkpoint('intent-written');
  run.observe({
    kind: 'build-started',
    ...work,
    statement: statement.sql,
    rowsEstimate: statement.rowsEstimate,
  });
  let seconds: number;
  try {
    seconds = await runStrategy(run, work, statement);
  } catch (error) {
    return { kind: 'failed', error };
  }
  await run.checkpoint('statement-done');
  run.observe({ kind: 'build-finished', ...work, seconds });
  await run.ledger.recordBuilt(await readBack(run, statement.table, builds), seconds);
  await run.checkpoint('outcome-written');
  return { kind: 'done', seconds };
}

function entryOf({ migration, definition }: Candidate) {
  return { migration: migration.name, definition };
}

/**
 * The indexes that these may displace, and those that other migrations displaced before and that these could stand for
 * too: whichever of them is dropped last puts them back.
 */
async function findDisplaceable(
  run: Run,
  { table, builds }: PlannedStatement,
): Promise<readonly DisplacedIndex[]> {
  const definitions = builds.map(({ definition }) => definition);
  const present = await readDisplaceable(run.monitor, run.database, table, definitions);
  const names = new Set(present.map(({ definition }) => definition.name));
  const before = new Map<string, DisplacedIndex>();
  for (const entry of await readLedger(run.database)) {
    if (entry.definition.table !== table) continue;
    for (const displaced of entry.displaced) {
      const { name } = displaced.definition;
      if (!names.has(name) && canDisplace(definitions, displaced.definition)) before.set(name, displaced);
    }
  }
  return [...present, ...before.values()];
}

/** The indexes as the server reports them, which is what later checks compare with. */
async function readBack(
  run: Run,
  table: string,
  builds: readonly IntendedBuild[],
): Promise<readonly BuiltIndex[]> {
  const { database, monitor } = run;
  const { schema, server } = database;
  const found = await introspectIndexes(monitor, server, { schema, tables: [table] });
  return Promise.all(
    builds.map(async ({ migration, definition, displaced }): Promise<BuiltIndex> => {
      const index = found.find(({ name }) => name === definition.name);
      if (index === undefined) {
        throw new WorkFailedError(
          `the server reported success, but index ${definition.name} of ${definition.table} is not there`,
          { hint: 'was it dropped by someone else? "migrate up" builds it again' },
        );
      }
      const { primary: _, ...actual } = index;
      const bytes = await indexBytes(monitor, database, definition);
      return {
        migration: migration.name,
        definition: actual,
        displaced: goneOf(displaced, found),
        indexBytes: bytes,
      };
    }),
  );
}

async function settleFailure(run: Run, statement: PlannedStatement, error: unknown): Promise<never> {
  // The server may still be at work; the intent stays, and the next run finds out.
  if (isConnectionLost(error)) throw explainBuildError(error, statement);
  const entries = statement.builds.map(entryOf);
  if (error instanceof InterruptedError) {
    await run.ledger.forget(entries, 'build-interrupted');
    throw new InterruptedError(
      `interrupted: the build on ${statement.table} was stopped, no index of it is left`,
      {
        hint: 'run the command again to go on',
      },
    );
  }
  const explained = explainBuildError(error, statement);
  for (const entry of entries) await run.ledger.recordFailure(entry, explained.message);
  throw explained;
}
