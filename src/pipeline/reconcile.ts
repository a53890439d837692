import type { Database } from '../databases/database.ts';
import { combineErrors } from '../errors.ts';
import { describeSource } from './describe-source.ts';
import type { ExtractedDatabase } from './extract-load.ts';
import type { Position } from './keyset.ts';
import { Masks } from './masks.ts';
import { DEFAULT_OPTIONS, type ExtractOptions } from './options.ts';
import { snapshotQueries } from './queries.ts';
import { ReadMeter } from './read-meter.ts';
import { requireCurrentRows, requireLoaded } from './require-loaded.ts';
import type {
  ComparisonRequest,
  KeyWindow,
  Sink,
  TableState,
  WindowComparer,
  WindowDifferences,
} from './sink.ts';
import { explainSourceError } from './source-errors.ts';
import type { SourceTable } from './source-table.ts';
import { stopIfAborted } from './table-job.ts';
import { TableReader } from './table-reader.ts';
import { targetOf } from './target-of.ts';

/** What the comparison of one table found. */
export interface Reconciliation extends WindowDifferences {
  readonly database: string;
  readonly table: string;
  readonly windows: number;
  readonly windowsDifferent: number;
  readonly mended: boolean;
  readonly rowsCompared: number;
  /** Index entries and rows that the server read for it. */
  readonly serverRowsRead: number;
  readonly seconds: number;
}

/**
 * Compares tables with the source, window by window in key order, and does to the rows that differ what was asked for.
 * `by: 'keys'` reads the key alone, and finds rows that were deleted at the source. Rows that no run has loaded yet are
 * left out. Throws a RefusedError for a table that was never loaded.
 */
export async function reconcile(request: {
  readonly databases: readonly ExtractedDatabase[];
  readonly sink: Sink;
  readonly comparison: ComparisonRequest;
  readonly options?: Partial<Pick<ExtractOptions, 'statementRows' | 'maskSalt'>>;
  readonly signal?: AbortSignal;
}): Promise<readonly Reconciliation[]> {
  const options = { ...DEFAULT_OPTIONS, ...request.options };
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
  readonly options: ExtractOptions;
  readonly signal: AbortSignal;
}

async function reconcileTable(request: TableRequest): Promise<Reconciliation> {
  const { database, table, sink, comparison } = request;
  const started = performance.now();
  await using target = await sink.openTable(targetOf(table));
  const state = requireLoaded(target.state, targetOf(table));
  requireCurrentRows(state);
  await using session = await database.session();
  await using comparer = await target.compare(comparison);
  const meter = await ReadMeter.start(session);
  await session.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  const read = comparison.by === 'keys' ? { ...table, columns: table.key } : table;
  const totals = await compareWindows({
    ...request,
    table: read,
    reader: new TableReader(session, read.columns),
    comparer,
    notYet: notYetOf(table, state),
  });
  await session.execute('COMMIT');
  return {
    database: table.database,
    table: table.name,
    ...totals,
    mended: comparison.action !== 'report' && totals.windowsDifferent > 0,
    serverRowsRead: await meter.read(),
    seconds: (performance.now() - started) / 1000,
  };
}

async function compareWindows(
  request: TableRequest & {
    readonly reader: TableReader;
    readonly comparer: WindowComparer;
    readonly notYet: KeyWindow['notYet'];
  },
) {
  const { table, reader, comparer, options, signal, notYet } = request;
  const masks = new Masks(table, options.maskSalt);
  // A collation may order texts otherwise than the sink does: such a table is one window.
  const ordered = table.key.every((column) => column.type.kind !== 'text');
  const totals = { windows: 0, windowsDifferent: 0, rowsCompared: 0, missing: 0, extra: 0, different: 0 };
  let after: Position | null = null;
  const close = async (upTo: Position | null) => {
    const found = await comparer.close({ after, upTo, notYet });
    after = upTo;
    totals.windows += 1;
    totals.missing += found.missing;
    totals.extra += found.extra;
    totals.different += found.different;
    if (found.missing + found.extra + found.different > 0) totals.windowsDifferent += 1;
  };
  let position: Position | null = null;
  let more = true;
  while (more) {
    more = false;
    for (const query of snapshotQueries(table, { after: position, limit: options.statementRows })) {
      let rows = 0;
      for await (const batch of reader.read(query)) {
        stopIfAborted(signal);
        masks.apply(batch);
        await comparer.write(batch);
        rows += batch.rows;
      }
      totals.rowsCompared += rows;
      if (rows > 0) position = reader.position(table.key);
      more = rows === options.statementRows;
      if (more) break;
    }
    if (more && ordered) await close(position);
  }
  await close(null);
  return totals;
}

/** Rows at or after the last run's bound were not loaded; for an id, those after the watermark. */
function notYetOf(table: SourceTable, state: TableState): KeyWindow['notYet'] {
  if (table.cursorKind.kind !== 'id')
    return state.bound === null ? null : { operator: '>=', value: state.bound };
  return state.watermark === null ? null : { operator: '>', value: state.watermark[0]! };
}
