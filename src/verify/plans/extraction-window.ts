import type { Session } from '../../databases/session.ts';
import { cursorBound, readHorizon } from '../../pipeline/bound/bound.ts';
import type { Position } from '../../rows/position.ts';
import { DEFAULT_OPTIONS } from '../../pipeline/run/options.ts';
import type { UpperBound } from '../../pipeline/source/queries.ts';
import { lastPosition, positionBefore } from '../../pipeline/source/source-positions.ts';
import type { SourceTable } from '../../pipeline/source/source-table.ts';

/** The part of a table that an incremental run would read now. */
export interface ExtractionWindow {
  /** Null for everything up to the bound. */
  readonly after: Position | null;
  readonly bound: UpperBound;
}

/** How many rows a window has where there is no watermark. */
export const PROBE_ROWS = 1000;

/**
 * The window from a watermark to the bound that an extraction would fix now; without a watermark, the last
 * `PROBE_ROWS` rows below the bound. Reads a few entries of the cursor's index, and nothing of a table without one.
 */
export async function extractionWindow(
  session: Session,
  table: SourceTable,
  watermark: Position | null,
): Promise<ExtractionWindow> {
  const bound = await currentBound(session, table);
  if (watermark !== null) {
    return { after: await positionBefore(session, table, watermark, table.lookback), bound };
  }
  return { after: await probePosition(session, table, bound), bound };
}

/** The row `PROBE_ROWS` before the last one below a bound; null where there are fewer, or no index to find it by. */
export async function probePosition(
  session: Session,
  table: SourceTable,
  bound: UpperBound,
): Promise<Position | null> {
  return table.index === null ? null : lastPosition(session, table, bound, PROBE_ROWS);
}

/** The bound that an extraction would fix now. */
export async function currentBound(session: Session, table: SourceTable): Promise<UpperBound> {
  const horizon = await readHorizon(session, table.server, DEFAULT_OPTIONS.lagSeconds);
  const value = await cursorBound(session, table, horizon);
  if (value !== null) return { operator: '<', value };
  const last = table.index === null ? null : await lastPosition(session, table, null);
  return { operator: '<=', value: last?.[0] ?? '0' };
}
