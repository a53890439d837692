import type { Context } from '../../context.ts';
import type { OpenProjectDatabase } from '../../project-databases.ts';
import type { DependentIndex } from '../../migrations/plan-down.ts';
import { loadTables } from '../../pipeline/source/load-tables.ts';
import { isWatermark } from '../../pipeline/source/table-spec.ts';
import { openStates } from '../../sinks/open-sink.ts';
import { type SinkSelection, selectedSink } from '../sink-selection.ts';

/**
 * The indexes that extractions of a database run along: those of tables that the project extracts and the sink has a
 * watermark of. A table that was never moved needs no index yet.
 */
export async function dependentIndexes(
  context: Context,
  target: OpenProjectDatabase,
  options: SinkSelection,
): Promise<readonly DependentIndex[]> {
  if (target.tablesFile === null) return [];
  const tables = await loadTables(context.project, target, target.config.tablePrefix);
  await using reader = await openStates(selectedSink(context, options));
  const states = await reader.states();
  const extracted = new Set(
    states.filter(({ database }) => database === target.name).map(({ table }) => table),
  );
  return tables
    .filter(({ name }) => extracted.has(name))
    .flatMap(({ name, spec }) => (isWatermark(spec) ? [{ table: name, index: spec.index }] : []));
}
