import type { Database } from '../../databases/database.ts';
import type { Session } from '../../databases/session.ts';
import { combineErrors, stopIfAborted, WorkFailedError } from '../../errors.ts';
import type { KeyWindow } from '../../rows/position.ts';
import { compareAgain, compareTable } from './compare-windows.ts';
import type { Comparison } from './comparison.ts';
import { type ComparisonFigures, ComparisonTotals } from './comparison-totals.ts';
import { describeSource, type ExtractedDatabase } from '../source/describe-source.ts';
import { Masks } from '../wire/masks.ts';
import { ChangedMeanwhile } from './changed-meanwhile.ts';
import { boundOf, loadedCondition, notYetColumns, notYetOf, notYetScans } from './not-yet.ts';
import { DEFAULT_READ_OPTIONS, type ReadOptions } from '../source/read-options.ts';
import { readPages } from './read-pages.ts';
import { requireCurrentRows, requireKey, requireLoaded } from './require-loaded.ts';
import type { ComparisonRequest, Sink, SinkTable } from '../../sinks/sink.ts';
import { unhashableColumns } from './source-checksum.ts';
import { explainSourceError } from '../source/source-errors.ts';
import { inSnapshots, type SnapshotOptions, type SourceSnapshot } from '../source/source-snapshot.ts';
import { requireSameKey } from '../source/require-same-key.ts';
import type { SourceTable } from '../source/source-table.ts';
import { TableReader } from '../wire/table-reader.ts';
import { requireVisibleColumns } from '../source/hidden-columns.ts';
import { targetOf } from '../source/target-of.ts';

/** What the comparison of one table found, and what it cost. */
export interface Reconciliation extends ComparisonFigures {
  readonly database: string;
  readonly table: string;
  readonly mended: boolean;
  /** Columns that the server cannot hash as the sink holds them; with one of them, every row is transferred. */
  readonly unhashedColumns: readonly string[];
  /** Index entries and rows that the server read for it. */
  readonly serverRowsRead: number;
  readonly seconds: number;
}

/**
 * Compares tables with the source by checksums of key ranges, reads what differs, and does to the rows that differ what
 * was asked for. `by: 'keys'` compares the key alone, and finds rows that were deleted at the source. Rows that no run
 * has loaded yet are left out. What was mended is compared once more. Throws a RefusedError for a table that was never
 * loaded, and a WorkFailedError for one that still differs.
 */
export async function reconcile(request: {
  readonly databases: readonly ExtractedDatabase[];
  readonly sink: Sink;
  readonly comparison: ComparisonRequest;
  readonly options?: Partial<ReadOptions>;
  readonly signal?: AbortSignal;
}): Promise<readonly Reconciliation[]> {
  const options = { ...DEFAULT_READ_OPTIONS, ...request.options };
  const { signal = new AbortController().signal } = request;
  const done: Reconciliation[] = [];
  const failed: unknown[] = [];
  for (const { database, tables } of request.databases) {
    for (const table of await describeSource(database, tables)) {
      try {
        done.push(await reconcileTable({ ...request, database, table, options, signal }));
      } catch (error) {
        stopIfAborted(signal);
        failed.push(explainSourceError(error, table, 0));
      }
    }
  }
  if (failed.length > 0) throw combineErrors(failed);
  return done;
}

interface TableRequest {
  readonly database: Database;
  readonly table: SourceTable;
  readonly sink: Sink;
  readonly comparison: ComparisonRequest;
  readonly options: ReadOptions;
  readonly signal: AbortSignal;
}

async function reconcileTable(request: TableRequest): Promise<Reconciliation> {
  const { database, table, sink, comparison } = request;
  await using target = await sink.openTable(targetOf(table));
  const state = requireLoaded(target.state, targetOf(table));
  requireCurrentRows(state);
  requireKey(table);
  requireSameKey(table, state);
  if (comparison.action !== 'report') await requireVisibleColumns(database, table, target.columns);
  await using session = await database.session();
  return await compareWithSource(session, { ...request, target });
}

/** Compares a table that is loaded, as `reconcile` does, and does to the rows that differ what was asked for. */
export async function compareWithSource(
  session: Session,
  request: Omit<TableRequest, 'sink'> & { readonly target: SinkTable },
): Promise<Reconciliation> {
  const { database, table, target, comparison, options, signal } = request;
  const started = performance.now();
  const notYet = target.state === null ? null : notYetOf(table, target.state);
  const compared = comparison.by === 'keys' ? keysOf(table) : table;
  const totals = new ComparisonTotals();
  const compareBy = async (
    snapshot: SourceSnapshot,
    { action }: Pick<ComparisonRequest, 'action'>,
    figures: ComparisonTotals,
    work: (comparison: Comparison) => Promise<void>,
  ) => {
    await using comparer = await target.compare({ by: comparison.by, action });
    const differing: (readonly KeyWindow[])[] = [];
    const { columns, further } = notYetColumns(table);
    const positions = new TableReader(session, columns, further);
    const changed = new ChangedMeanwhile({ database, table, snapshot }, notYet, async (from) => {
      for (const scan of await notYetScans(session, table, from, options.statementRows)) {
        const batch = comparer.exclude.bind(comparer);
        const before = () => snapshot.hold();
        figures.transferred(await readPages(positions, scan, { before, batch, signal }));
      }
    });
    await changed.look();
    await work({
      session,
      snapshot,
      table: compared,
      reader: new TableReader(session, compared.columns, compared.further),
      comparer,
      masks: new Masks(compared, options.maskSalt),
      excludeChanged: () => changed.look(),
      bound: boundOf(notYet),
      loaded: loadedCondition(table, notYet),
      windowRows: options.statementRows,
      totals: figures,
      differed: (windows) => differing.push(windows),
      signal,
    });
    await snapshot.letGo();
    await comparer.commit();
    return differing;
  };
  const serverRowsRead = await inSnapshots(session, readingOf(request), async (snapshot) => {
    const differing = await compareBy(snapshot, comparison, totals, compareTable);
    if (comparison.action !== 'report' && differing.length > 0) {
      const again = new ComparisonTotals();
      await compareBy(snapshot, { action: 'report' }, again, (second) => compareAgain(second, differing));
      requireMended(table, again.figures);
    }
    await snapshot.end();
  });
  return {
    database: table.database,
    table: table.name,
    ...totals.figures,
    mended: comparison.action !== 'report' && totals.figures.windowsDifferent > 0,
    unhashedColumns: unhashableColumns(compared.columns).map(({ name }) => name),
    serverRowsRead,
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * Throws a WorkFailedError if rows that were mended still are not those of the source. One that the sink has and the
 * source has not may have been deleted meanwhile.
 */
function requireMended({ database, name }: SourceTable, { missing, different }: ComparisonFigures): void {
  if (missing + different === 0) return;
  throw new WorkFailedError(
    `${database}.${name}: rows were mended and still differ: ${missing} missing, ${different} different`,
    {
      hint: `load the table again: tidemark extract-load --db=${database} --table=${name} --full-refresh`,
    },
  );
}

/** Without an index, rows that change meanwhile could only be found by reading the whole table time and again. */
function readingOf({ database, table, options }: Omit<TableRequest, 'sink'>): SnapshotOptions {
  const { maxSnapshotSeconds } = options;
  return {
    server: database.server,
    statementTimeoutSeconds: null,
    maxSnapshotSeconds,
    one: table.index === null,
  };
}

/** The table as a comparison of keys reads it. */
function keysOf(table: SourceTable): SourceTable {
  const { key, identity } = table;
  return { ...table, columns: identity, further: key.filter((column) => !identity.includes(column)) };
}
