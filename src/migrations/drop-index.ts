import { isConnectionLost } from '../databases/server-errors.ts';
import { InterruptedError, TidemarkError, WorkFailedError } from '../errors.ts';
import { readIndexReads } from '../schema/index-usage.ts';
import type { Work } from './events.ts';
import type { LedgerEntry } from './ledger.ts';
import type { PlannedUndo } from './plan-down.ts';
import { type MigrationOutcome, outcome } from './result.ts';
import type { Run } from './run.ts';
import { runDdl } from './run-ddl.ts';

/** Writes the intent and drops the index; whoever calls it records the outcome. Returns the seconds it took. */
export async function dropIndex(
  run: Run,
  { entry, statement }: Extract<PlannedUndo, { kind: 'drop' }>,
): Promise<number> {
  const work = workOf(entry);
  await run.ledger.intendDrop(entry, statement);
  await run.checkpoint('intent-written');
  run.observe({ kind: 'drop-started', ...work, statement });
  try {
    const seconds = await runDdl(run, work, statement, () => run.checkpoint('statement-sent'));
    await run.checkpoint('statement-done');
    run.observe({ kind: 'drop-finished', ...work, seconds });
    return seconds;
  } catch (error) {
    const explained = explain(error, entry);
    // The server may still be at work; the intent stays, and the next run finds out.
    if (!isConnectionLost(error)) await run.ledger.keep(entry, 'drop-failed', explained.message);
    throw explained;
  }
}

/** Hides the index from the optimizer, and starts the time after which it may be dropped. */
export async function hideIndex(
  run: Run,
  { entry, statement }: Extract<PlannedUndo, { kind: 'hide' }>,
): Promise<MigrationOutcome> {
  const { schema, server } = run.database;
  const reads = await readIndexReads(run.monitor, server, { schema, table: entry.definition.table });
  try {
    const seconds = await runDdl(run, workOf(entry), statement);
    await run.ledger.recordHidden(entry, reads.get(entry.definition.name) ?? null, statement);
    return outcome(entry.migration, entry.definition, { action: 'hidden', statement, seconds });
  } catch (error) {
    throw explain(error, entry);
  }
}

function workOf({ definition }: LedgerEntry): Work {
  return { table: definition.table, indexes: [definition.name] };
}

function explain(error: unknown, { definition, migration }: LedgerEntry): TidemarkError {
  if (error instanceof InterruptedError) {
    return new InterruptedError(
      `interrupted: index ${definition.name} of ${definition.table} is still there`,
      {
        cause: error,
      },
    );
  }
  if (error instanceof TidemarkError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new WorkFailedError(`cannot drop index ${definition.name} of table ${definition.table}: ${reason}`, {
    hint: `fix the cause and run "migrate down --to ${migration}" again`,
    cause: error,
  });
}
