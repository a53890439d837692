import { stopIfAborted } from '../../errors.ts';
import { NO_ROWS, sameChecksum, unite } from '../../rows/checksum.ts';
import type { Comparison } from './comparison.ts';
import { differingParts } from './differing-parts.ts';
import { cursorSlices } from '../source/cursor-slices.ts';
import { ALL_ROWS, type KeyWindow, type Position } from '../../rows/position.ts';
import { requireRealKeyDates } from '../source/key-dates.ts';
import { rangesAfter, rangesOf } from '../source/keyset.ts';
import { all, select, sliceCondition } from '../source/queries.ts';
import { type Pages, readPages } from './read-pages.ts';
import { boundedWindows, sourceWindows } from './bounded-windows.ts';
import type { DigestPart } from '../../sinks/sink.ts';
import { sourceChecksums, unhashableColumns } from './source-checksum.ts';

/**
 * Compares a table with the sink. Where the server can compute the sink's checksums, and all order the key alike, only
 * the rows of small windows whose checksums differ are read. A key of text may be ordered otherwise by its collation:
 * then one checksum of all rows says whether all of them have to be read. Where the key has no order at all, in a hash
 * table or an index of prefixes, all rows are read in the order of the cursor.
 */
export async function compareTable(comparison: Comparison): Promise<void> {
  const { table, comparer, windowRows } = comparison;
  if (!table.keyOrdered) return compareUnordered(comparison);
  const { key, identity } = table;
  const ordered = key.every((column, at) => column === identity[at] && column.type.kind !== 'text');
  if (unhashableColumns(table.columns).length > 0) return compareRows(comparison, ordered);
  if (!ordered) return compareWhole(comparison);
  for (const part of await comparer.digest(ALL_ROWS, windowRows)) {
    for (const window of await boundedWindows(comparison, part)) await compareWindow(comparison, window);
  }
}

/** Asks the server for a window's checksum, and looks closer if it is not the sink's. */
async function compareWindow(comparison: Comparison, part: DigestPart): Promise<void> {
  const { session, snapshot, table, loaded, signal, totals } = comparison;
  stopIfAborted(signal);
  await snapshot.hold();
  const [found] = await sourceChecksums(session, table, [part], loaded);
  totals.hashed(found!.rows);
  totals.compared(found!.rows);
  if (sameChecksum(found!, part.checksum)) return totals.closed(null);
  await comparison.excludeChanged();
  const windows = await differingParts(comparison, part);
  for (const window of windows) await stageWindow(comparison, window);
  await comparison.excludeChanged();
  if (windows.length === 0) totals.closed(null);
  else await closeWindows(comparison, windows);
}

/** Judges the rows of windows that were staged. */
async function closeWindows(comparison: Comparison, windows: readonly KeyWindow[]): Promise<void> {
  const found = await comparison.comparer.close(windows);
  comparison.totals.closed(found);
  if (found.missing + found.extra + found.different > 0) comparison.differed(windows);
}

/** Compares again what differed: these windows alone, or the whole table where its key has no order that the sink knows. */
export async function compareAgain(
  comparison: Comparison,
  differing: readonly (readonly KeyWindow[])[],
): Promise<void> {
  if (!comparison.table.keyOrdered || differing.flat().includes(ALL_ROWS)) return compareTable(comparison);
  for (const windows of differing) {
    for (const window of windows) await stageWindow(comparison, window);
    await comparison.excludeChanged();
    await closeWindows(comparison, windows);
  }
}

/** Compares the checksum of all rows, which the server hashes window by window; reads them all if it differs. */
async function compareWhole(comparison: Comparison): Promise<void> {
  const { session, snapshot, table, comparer, loaded, totals } = comparison;
  let found = NO_ROWS;
  for await (const window of sourceWindows(comparison, ALL_ROWS))
    found = unite([found, ...(await sourceChecksums(session, table, [window], loaded))]);
  totals.hashed(found.rows);
  await comparison.excludeChanged();
  await snapshot.letGo();
  const [whole] = await comparer.digest(ALL_ROWS, Number.MAX_SAFE_INTEGER);
  if (!sameChecksum(found, whole!.checksum)) return compareRows(comparison, false);
  totals.compared(found.rows);
  totals.closed(null);
}

/** Stages a window's rows of the source. */
async function stageWindow(comparison: Comparison, window: KeyWindow): Promise<void> {
  const { table, windowRows } = comparison;
  await readRows(comparison, {
    after: window.after,
    rangesOf: (after) => rangesOf(table.key, { after, upTo: window.upTo }),
    limit: windowRows,
  });
}

/** Reads every row, in windows where the sink has the source's order, and in one where it has not. */
async function compareRows(comparison: Comparison, ordered: boolean): Promise<void> {
  const { table, windowRows, totals } = comparison;
  let window = ALL_ROWS;
  const rows = await readRows(comparison, {
    after: null,
    rangesOf: (after) => rangesAfter(table.key, after),
    limit: windowRows,
    async pageEnd(upTo) {
      if (!ordered) return;
      await comparison.excludeChanged();
      await closeWindows(comparison, [{ ...window, upTo }]);
      window = { after: upTo, upTo: null };
    },
  });
  totals.compared(rows);
  await closeRest(comparison, window);
}

/** Reads every row in slices of the cursor, and compares all of them at once. */
async function compareUnordered(comparison: Comparison): Promise<void> {
  const { session, snapshot, table, bound, loaded, windowRows: limit, totals } = comparison;
  const whole = { after: null, where: loaded };
  const read = async ({ where }: { readonly where: string }) => {
    const query = select(table, { index: table.index, where, order: [], limit: null });
    const queries: Pages['queries'] = (after) => (after === null ? [query] : []);
    totals.compared(await takePages(comparison, { table, order: [], after: null, limit, queries }));
  };
  await snapshot.hold();
  if (bound === null || table.index === null || table.skipScan.length > 0) await read(whole);
  else {
    for await (const slice of cursorSlices(session, table, {
      after: null,
      bound,
      leading: [],
      rows: () => limit,
    }))
      await read({ where: sliceCondition(table, slice) });
  }
  await closeRest(comparison, ALL_ROWS);
}

/** Closes the last window, which may be all rows: no snapshot waits for it. */
async function closeRest(comparison: Comparison, window: KeyWindow): Promise<void> {
  await comparison.excludeChanged();
  await comparison.snapshot.letGo();
  await closeWindows(comparison, [window]);
}

async function readRows(
  comparison: Comparison,
  course: {
    readonly after: KeyWindow['after'];
    readonly rangesOf: (after: KeyWindow['after']) => readonly string[];
    readonly limit: number;
    readonly pageEnd?: (upTo: NonNullable<KeyWindow['upTo']>) => Promise<void>;
  },
): Promise<number> {
  const { table, loaded } = comparison;
  const { after, limit, pageEnd } = course;
  const pages = {
    table,
    order: table.key,
    after,
    limit,
    queries: (position: KeyWindow['after']) =>
      course
        .rangesOf(position)
        .map((range) =>
          select(table, { index: table.keyIndex, where: all(range, loaded), order: table.key, limit }),
        ),
  };
  return takePages(comparison, pages, pageEnd);
}

async function takePages(
  { snapshot, table, reader, comparer, masks, totals, signal }: Comparison,
  pages: Pages,
  pageEnd?: (upTo: Position) => Promise<void>,
): Promise<number> {
  const read = await readPages(reader, pages, {
    before: () => snapshot.hold(),
    async batch(rows) {
      masks.apply(rows);
      await comparer.write(rows);
    },
    signal,
    ...(pageEnd === undefined ? {} : { pageEnd }),
  });
  requireRealKeyDates(table, table.columns, reader.takeInvalidDates());
  totals.transferred(read);
  return read;
}
