import { RefusedError } from '../../errors.ts';
import type { ExtractedDatabase } from '../../pipeline/source/describe-source.ts';
import { type Reconciliation, reconcile } from '../../pipeline/compare/reconcile.ts';
import type { ExtractReport } from '../../pipeline/run/report.ts';
import { isWatermark } from '../../pipeline/source/table-spec.ts';
import type { Sink } from '../../sinks/sink.ts';

/** Refuses, before anything is moved, to look for deleted rows in tables that keep them on purpose. */
export function refuseChangeLogs(databases: readonly ExtractedDatabase[], append: boolean): void {
  const logs = databases.flatMap(({ database, tables }) =>
    tables
      .filter(({ spec }) => isWatermark(spec) && (append || spec.append === true))
      .map(({ name }) => `${database.name}.${name}`),
  );
  if (logs.length === 0) return;
  throw new RefusedError(`--detect-deletes: change logs keep deleted rows: ${logs.join(', ')}`, {
    hint: 'name the other tables with --table',
  });
}

/** Compares the keys of the tables that a run has moved; one that failed may not be loaded yet. */
export async function detectDeletes(request: {
  readonly databases: readonly ExtractedDatabase[];
  readonly sink: Sink;
  readonly report: ExtractReport;
  readonly action: 'mark' | 'remove';
  readonly signal: AbortSignal;
}): Promise<readonly Reconciliation[]> {
  const { databases, sink, report, action, signal } = request;
  const moved = new Set(report.runs.map(({ database, table }) => JSON.stringify([database, table])));
  return reconcile({
    databases: databases.map(({ database, tables }) => ({
      database,
      // Without a cursor, a run has moved the deletes as well.
      tables: tables.filter(
        ({ name, spec }) => isWatermark(spec) && moved.has(JSON.stringify([database.name, name])),
      ),
    })),
    sink,
    comparison: { by: 'keys', action: action === 'mark' ? 'mark' : 'mend' },
    signal,
  });
}
