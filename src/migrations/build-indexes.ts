import { isConnectionLost } from '../databases/server-errors.ts';
import { InterruptedError, WorkFailedError } from '../errors.ts';
import { indexBytes } from '../schema/index-size.ts';
import { introspectIndexes } from '../schema/introspect-indexes.ts';
import { explainBuildError, failedParts } from './build-errors.ts';
import type { Work } from './events.ts';
import type { BuiltIndex } from './ledger-writer.ts';
import type { PlannedStatement } from './plan-statements.ts';
import type { Run } from './run.ts';
import { runStrategy } from './strategies/run-strategy.ts';

export interface BuiltStatement {
  readonly indexes: readonly BuiltIndex[];
  readonly seconds: number;
}

/**
 * Writes the intent, runs one statement, and returns what the server then has; whoever calls it records that. If the
 * statement fails, the ledger says which index was at fault, and the others of the statement are pending again.
 */
export async function buildIndexes(run: Run, statement: PlannedStatement): Promise<BuiltStatement> {
  const work: Work = {
    table: statement.table,
    indexes: statement.builds.map(({ definition }) => definition.name),
  };
  await run.ledger.intendBuild(statement.builds, statement.sql);
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
    return settleFailure(run, statement, error);
  }
  await run.checkpoint('statement-done');
  run.observe({ kind: 'build-finished', ...work, seconds });
  return { indexes: await readBack(run, statement), seconds };
}

/** The indexes as the server reports them, which is what later checks compare with. */
async function readBack(run: Run, statement: PlannedStatement): Promise<readonly BuiltIndex[]> {
  const { database, monitor } = run;
  const { schema, server } = database;
  const found = await introspectIndexes(monitor, server, { schema, tables: [statement.table] });
  return Promise.all(
    statement.builds.map(async ({ migration, definition }): Promise<BuiltIndex> => {
      const index = found.find(({ name }) => name === definition.name);
      if (index === undefined) {
        throw new WorkFailedError(
          `the server reported success, but index ${definition.name} of ${definition.table} is not there`,
          { hint: 'was it dropped by someone else? "migrate up" builds it again' },
        );
      }
      const { primary: _, ...actual } = index;
      const bytes = await indexBytes(monitor, database, definition);
      return { migration: migration.name, definition: actual, indexBytes: bytes };
    }),
  );
}

async function settleFailure(run: Run, statement: PlannedStatement, error: unknown): Promise<never> {
  // The server may still be at work; the intent stays, and the next run finds out.
  if (isConnectionLost(error)) throw explainBuildError(error, statement);
  const entries = statement.builds.map(({ migration, definition }) => ({
    migration: migration.name,
    definition,
  }));
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
  const atFault = failedParts(error, statement);
  for (const entry of entries) {
    if (atFault.includes(entry.definition.name)) await run.ledger.recordFailure(entry, explained.message);
    else {
      const detail = `built in one statement with ${atFault.join(', ')}, which failed`;
      await run.ledger.forget([entry], 'build-failed', { detail });
    }
  }
  throw explained;
}
