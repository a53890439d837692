import type { Database } from '../../databases/database.ts';
import { describeSource } from '../../pipeline/source/describe-source.ts';
import type { Position } from '../../rows/position.ts';
import type { ExtractedTable } from '../../pipeline/source/load-tables.ts';
import { isWatermark } from '../../pipeline/source/table-spec.ts';
import { DEFAULT_OPTIONS } from '../../pipeline/run/options.ts';
import { extractionPlans } from '../../pipeline/source/plan-gate.ts';
import type { SourceTable } from '../../pipeline/source/source-table.ts';
import { extractionWindow } from './extraction-window.ts';

/** Whether an extraction would use an index that the optimizer does not see yet. */
export type HiddenIndexProof =
  | { readonly kind: 'proven' }
  /** No table is extracted by it, so there is nothing to prove. */
  | { readonly kind: 'not-extracted' }
  /** The server cannot show a hidden index to one session alone (MariaDB). */
  | { readonly kind: 'not-possible' }
  | { readonly kind: 'refuted'; readonly reason: string };

/**
 * Asks the server for the plans of an extraction in a session that sees hidden indexes (`use_invisible_indexes`, MySQL
 * manual "Invisible Indexes"). Other sessions notice nothing of it.
 */
export async function proveHiddenIndex(request: {
  readonly database: Database;
  readonly hidden: { readonly table: string; readonly index: string };
  readonly tables: readonly ExtractedTable[];
  readonly watermark: Position | null;
}): Promise<HiddenIndexProof> {
  const { database, hidden, tables, watermark } = request;
  const extracted = tables.filter(
    ({ name, spec }) => name === hidden.table && isWatermark(spec) && spec.index === hidden.index,
  );
  if (extracted.length === 0) return { kind: 'not-extracted' };
  if (database.server.flavour === 'mariadb') return { kind: 'not-possible' };
  const [described] = await describeSource(database, extracted);
  // The description leaves hidden indexes out, as every other session does.
  const table: SourceTable = { ...described!, index: hidden.index };
  await using session = await database.session();
  try {
    await session.execute("SET SESSION optimizer_switch = 'use_invisible_indexes=on'");
    const window = await extractionWindow(session, table, watermark);
    const plans = await extractionPlans(session, table, { ...window, limit: DEFAULT_OPTIONS.statementRows });
    const bad = plans.find(
      ({ access, ok }) => !ok || (access !== null && access.index !== null && access.index !== hidden.index),
    );
    if (bad === undefined) return { kind: 'proven' };
    const used = bad.access?.index ?? 'no index';
    return { kind: 'refuted', reason: `the server would read ${used} for: ${bad.query}` };
  } finally {
    // The pool must not hand out a session that sees what others do not.
    session.destroy();
  }
}
