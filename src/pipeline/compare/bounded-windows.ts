import { stopIfAborted } from '../../errors.ts';
import type { Session } from '../../databases/session.ts';
import type { Comparison } from './comparison.ts';
import type { KeyWindow, Position } from '../../rows/position.ts';
import { rangesOf } from '../source/keyset.ts';
import { requireProgress } from '../source/require-progress.ts';
import { from, positionExpression } from '../source/queries.ts';
import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { DigestPart } from '../../sinks/sink.ts';
import { estimatedRows } from './source-checksum.ts';
import type { SourceTable } from '../source/source-table.ts';

/** The server's estimates are rough; a window is cut only if it seems this many times too large. */
const TOLERANCE = 4;

/**
 * A window that holds few rows of the sink as windows that hold few rows of the source, too, so that no statement runs
 * for long: rows that no run has loaded lie in it as well, such as the history before `--start`.
 */
export async function boundedWindows(
  comparison: Comparison,
  part: DigestPart,
): Promise<readonly DigestPart[]> {
  const { session, table, comparer, windowRows } = comparison;
  if ((await estimatedRows(session, table, part)) <= TOLERANCE * windowRows) return [part];
  const bounded: DigestPart[] = [];
  for await (const window of sourceWindows(comparison, part))
    bounded.push(...(await comparer.digest(window, Number.MAX_SAFE_INTEGER)));
  return bounded;
}

/** Cuts a window at every so many rows of the source, in the source's own order. */
export async function* sourceWindows(
  { session, snapshot, table, windowRows, signal }: Comparison,
  { after: first, upTo }: KeyWindow,
): AsyncGenerator<KeyWindow, void> {
  for (let after = first; ;) {
    stopIfAborted(signal);
    await snapshot.hold();
    const cut = await keyAfter(session, table, { after, upTo }, windowRows);
    requireProgress(table, after, cut);
    yield { after, upTo: cut ?? upTo };
    if (cut === null) return;
    after = cut;
  }
}

/** The key of the source so many rows into a window, or null where it has fewer; reads as many entries of the index. */
async function keyAfter(
  session: Session,
  table: SourceTable,
  window: KeyWindow,
  rows: number,
): Promise<Position | null> {
  const { key } = table;
  const order = key.map((column) => quoteIdentifier(column.name)).join(', ');
  for (const range of rangesOf(key, window)) {
    const found = await session.query<Readonly<Record<string, unknown>>>(
      `SELECT ${key.map(positionExpression).join(', ')} FROM ${from(table, table.keyIndex)}` +
        `${range === '' ? '' : ` WHERE ${range}`} ORDER BY ${order} LIMIT 1 OFFSET ${rows - 1}`,
    );
    if (found[0] !== undefined) return Object.values(found[0]).map(String);
  }
  return null;
}
