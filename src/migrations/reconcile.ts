import { RefusedError } from '../errors.ts';
import { differences } from '../schema/compare-indexes.ts';
import { describeParts } from '../schema/index-definition.ts';
import { indexBytes } from '../schema/index-size.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import { goneOf } from './displaced-index.ts';
import { type Inspection, findIndex, inspect } from './inspect.ts';
import { type LedgerEntry, readLedger } from './ledger.ts';
import type { Run } from './run.ts';
import { removeCopy } from './strategies/remove-copy.ts';

/**
 * Resolves what crashed runs left as intents, by what the server has. Under the lock, no statement of theirs runs any
 * more, so an index is either there or not. Throws a RefusedError where one is there that nobody intended.
 */
export async function reconcile(run: Run): Promise<readonly LedgerEntry[]> {
  const entries = await readLedger(run.database);
  const unresolved = entries.filter(({ state }) => state === 'building' || state === 'dropping');
  if (unresolved.length === 0) return entries;
  const inspection = await inspect(
    run.monitor,
    run.database,
    unresolved.map(({ definition }) => definition.table),
  );
  const found = unresolved.map((entry) => ({
    entry,
    index: findIndex(inspection, entry.definition.table, entry.definition.name),
  }));
  refuseForeign(found);
  for (const { entry, index } of found) {
    if (index === undefined) await forgetAbsent(run, entry);
    else await recordPresent(run, entry, inspection);
  }
  return readLedger(run.database);
}

async function forgetAbsent(run: Run, entry: LedgerEntry): Promise<void> {
  // Whatever strategy it had: only the tools that copy a table leave tables of such names.
  await removeCopy(run, entry.definition.table);
  const detail = `the run ended in state ${entry.state}; the index is not there`;
  await run.ledger.forget([entry], entry.state === 'building' ? 'reconciled' : 'dropped', { detail });
  run.observe({ kind: 'reconciled', migration: entry.migration, outcome: 'pending' });
}

async function recordPresent(run: Run, entry: LedgerEntry, inspection: Inspection): Promise<void> {
  if (entry.state === 'dropping') {
    await run.ledger.keep(entry, 'reconciled', 'the run ended before it dropped the index');
  } else {
    // A tool that was killed after its swap may have left the original.
    await removeCopy(run, entry.definition.table);
    const bytes = await indexBytes(run.monitor, run.database, entry.definition);
    const displaced = goneOf(entry.displaced, inspection.indexes.get(entry.definition.table) ?? []);
    await run.ledger.recordBuilt([{ ...entry, displaced, indexBytes: bytes }], null);
  }
  run.observe({ kind: 'reconciled', migration: entry.migration, outcome: 'recorded' });
}

function refuseForeign(
  found: readonly { readonly entry: LedgerEntry; readonly index: IntrospectedIndex | undefined }[],
): void {
  const foreign = found.flatMap(({ entry, index }) => {
    if (index === undefined) return [];
    const differing = differences(entry.definition, index);
    if (differing.length === 0) return [];
    const columns = describeParts(index.parts).join(', ');
    return [
      `${entry.migration}: a run that did not end was ${entry.state} ${index.name} of ${index.table}, but an index ` +
        `(${columns}) of that name is there that differs in ${differing.join(', ')}`,
    ];
  });
  if (foreign.length === 0) return;
  throw new RefusedError(foreign.join('\n'), {
    hint: 'somebody else made that index: drop or rename it, then run the command again',
  });
}
