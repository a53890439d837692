import { stopIfAborted } from '../../errors.ts';
import { sameChecksum, unite } from '../../rows/checksum.ts';
import type { Comparison } from './comparison.ts';
import type { KeyWindow } from '../../rows/position.ts';
import type { DigestPart } from '../../sinks/sink.ts';
import { sourceChecksums } from './source-checksum.ts';

/** Parts that a window is cut into, and parts that one statement hashes. A few large parts would all be hashed again. */
const FANOUT = 64;
/** Rows of the smallest part: what one row that differs costs to transfer. */
const LEAF_ROWS = 32;
/** Places that differ above which a window is read whole: then rows differ everywhere, and each place has its price. */
const MOST_PLACES = 128;

/**
 * The smallest parts of a window that differ, neighbours as one. The sink's rows are hashed once, leaf by leaf; the
 * source's by the server, level by level, only below what differs.
 */
export async function differingParts(
  comparison: Comparison,
  window: KeyWindow,
): Promise<readonly KeyWindow[]> {
  comparison.totals.bisected();
  const leaves = await comparison.comparer.digest(window, LEAF_ROWS);
  let differing: readonly (readonly DigestPart[])[] = [leaves];
  let windows: readonly KeyWindow[] = [window];
  while (differing.some((part) => part.length > 1)) {
    differing = await unequalParts(comparison, differing.flatMap(cut));
    windows = joined(differing.map(windowOf));
    if (windows.length > MOST_PLACES) return [window];
  }
  return windows;
}

/** The parts whose checksum the server does not confirm. */
async function unequalParts(
  { session, snapshot, table, loaded, totals, signal }: Comparison,
  parts: readonly (readonly DigestPart[])[],
): Promise<readonly (readonly DigestPart[])[]> {
  const unequal: (readonly DigestPart[])[] = [];
  for (const some of inGroups(parts, FANOUT)) {
    stopIfAborted(signal);
    await snapshot.hold();
    const found = await sourceChecksums(session, table, some.map(windowOf), loaded);
    totals.hashed(unite(found).rows);
    unequal.push(
      ...some.filter((part, at) => !sameChecksum(found[at]!, unite(part.map((leaf) => leaf.checksum)))),
    );
  }
  return unequal;
}

function cut(leaves: readonly DigestPart[]): readonly (readonly DigestPart[])[] {
  return inGroups(leaves, Math.ceil(leaves.length / FANOUT));
}

function inGroups<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const groups = Math.ceil(items.length / size);
  return Array.from({ length: groups }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function windowOf(leaves: readonly DigestPart[]): KeyWindow {
  return { after: leaves[0]!.after, upTo: leaves.at(-1)!.upTo };
}

/** Windows that follow each other as one. */
function joined(windows: readonly KeyWindow[]): readonly KeyWindow[] {
  const done: KeyWindow[] = [];
  for (const window of windows) {
    const before = done.at(-1);
    if (before === undefined || before.upTo !== window.after) done.push(window);
    else done[done.length - 1] = { after: before.after, upTo: window.upTo };
  }
  return done;
}
