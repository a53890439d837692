import type { Context } from '../../context.ts';
import type { OpenProjectDatabase } from '../../project-databases.ts';
import type { Finding } from '../../migrations/finding.ts';
import type { LedgerEntry } from '../../migrations/ledger.ts';
import { loadTables } from '../../pipeline/source/load-tables.ts';
import { openStates } from '../../sinks/open-sink.ts';
import { proveHiddenIndex } from '../../verify/plans/prove-hidden-index.ts';
import { type SinkSelection, selectedSink } from '../sink-selection.ts';

/** What speaks against showing an index, in the terms of the migrations' checks. */
export async function prove(
  context: Context,
  target: OpenProjectDatabase,
  { entry, sink }: { readonly entry: LedgerEntry; readonly sink: SinkSelection },
): Promise<readonly Finding[]> {
  if (target.tablesFile === null) return [];
  const { table, name: index } = entry.definition;
  const tables = await loadTables(context.project, target, target.config.tablePrefix);
  await using reader = await openStates(selectedSink(context, sink));
  const held = tables.find(({ name }) => name === table)?.target ?? table;
  const state = (await reader.states()).find(
    (known) => known.database === target.name && known.table === held,
  );
  const proof = await proveHiddenIndex({
    database: target.database,
    hidden: { table, index },
    tables,
    watermark: state?.watermark ?? null,
  });
  const about = { check: 'extraction-uses-it', migration: entry.migration };
  switch (proof.kind) {
    case 'proven':
    case 'not-extracted':
      return [];
    case 'not-possible':
      return [
        {
          ...about,
          severity: 'warn',
          message: `MariaDB cannot show the ignored index ${index} to one session alone, so nothing was proven before it is shown to all`,
          hint: `afterwards: npm run verify -- --plans --db=${target.name}`,
        },
      ];
    case 'refuted':
      return [
        {
          ...about,
          severity: 'refuse',
          message: `the extraction of ${table} would not use index ${index}: ${proof.reason}`,
          hint: 'fix the index or the table file; --force shows it all the same',
        },
      ];
  }
}
