import { WorkFailedError } from '../errors.ts';
import { renderAlterTable, renderIndexVisibility } from '../schema/render-index.ts';
import { type Finding, refuseIfNeeded } from './finding.ts';
import { type LedgerEntry, isInPlace, readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { DEFAULT_ENGINE_OPTIONS, type EngineOptions } from './options.ts';
import { throwIfInterrupted } from './pause.ts';
import { reconcile } from './reconcile.ts';
import { type MigrateResult, type MigrationOutcome, migrateResult, outcome } from './result.ts';
import { type Run, type RunRequest, withRun } from './run.ts';
import { runDdl } from './run-ddl.ts';

export interface MigratePublishOptions extends EngineOptions {
  readonly dryRun: boolean;
  /** Publishes without proof. */
  readonly force: boolean;
}

export const DEFAULT_PUBLISH_OPTIONS: MigratePublishOptions = {
  ...DEFAULT_ENGINE_OPTIONS,
  dryRun: false,
  force: false,
};

export interface MigratePublishRequest extends RunRequest<MigratePublishOptions> {
  readonly migrations: readonly Migration[];
  /**
   * Says what speaks against showing a hidden index to the optimizer: the plan of the extraction that needs it, taken in
   * a session that sees hidden indexes. It is asked unless `force` is set.
   */
  readonly prove: (entry: LedgerEntry) => Promise<readonly Finding[]>;
}

/**
 * Shows hidden indexes to the optimizer, those that were built hidden and those that wait to be dropped. Throws a
 * RefusedError for a lock, or if the proof fails for any of them (nothing was changed).
 */
export async function migratePublish(request: MigratePublishRequest): Promise<MigrateResult> {
  if (request.options.dryRun) {
    const { hidden, findings } = await findHidden(request, await readLedger(request.database));
    return migrateResult(
      request,
      hidden.map((entry) => planned(entry, request)),
      findings,
    );
  }
  return withRun(request, async (run) => {
    const { hidden, findings } = await findHidden(request, await reconcile(run));
    refuseIfNeeded(findings);
    if (hidden.length > 0) await run.ledger.announceRun('migrate publish');
    const outcomes: MigrationOutcome[] = [];
    for (const entry of hidden) outcomes.push(await publish(run, entry, request));
    return migrateResult(request, outcomes, findings);
  });
}

async function findHidden(
  { options, prove }: MigratePublishRequest,
  entries: readonly LedgerEntry[],
): Promise<{ readonly hidden: readonly LedgerEntry[]; readonly findings: readonly Finding[] }> {
  const hidden = entries.filter((entry) => isInPlace(entry) && !entry.definition.visible);
  if (options.force) return { hidden, findings: [] };
  const findings: Finding[] = [];
  for (const entry of hidden) findings.push(...(await prove(entry)));
  return { hidden, findings };
}

async function publish(
  run: Run,
  entry: LedgerEntry,
  request: MigratePublishRequest,
): Promise<MigrationOutcome> {
  throwIfInterrupted(run.signal);
  const { table, name } = entry.definition;
  const statement = statementOf(entry, request);
  try {
    const seconds = await runDdl(run, { table, indexes: [name] }, statement);
    await run.ledger.recordPublished(entry, statement);
    return outcome(entry.migration, entry.definition, { action: 'published', statement, seconds });
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error)) throw error;
    throw new WorkFailedError(`cannot publish index ${name} of table ${table}: ${error.message}`, {
      hint: 'fix the cause and run "migrate publish" again',
      cause: error,
    });
  }
}

function planned(entry: LedgerEntry, request: MigratePublishRequest): MigrationOutcome {
  return outcome(entry.migration, entry.definition, {
    action: 'planned',
    statement: statementOf(entry, request),
    seconds: null,
  });
}

/** Changes the data dictionary only, so no ALGORITHM or LOCK is needed; not every version takes them here. */
function statementOf({ definition }: LedgerEntry, { database: { server } }: MigratePublishRequest): string {
  const clause = renderIndexVisibility(definition.name, true, server);
  return renderAlterTable(definition.table, [clause], { online: false, server });
}
