import type { Session } from '../../databases/session.ts';
import { cursorBound, type Horizon } from './bound.ts';
import { lastPosition } from '../source/source-positions.ts';
import type { SourceTable } from '../source/source-table.ts';

/**
 * The latest time of a cursor if it is ahead of the server's clock, else null: a wrong time zone in the table file, or
 * an application's clock. Looks at the last entry of the index.
 */
export async function futureCursor(
  session: Session,
  table: SourceTable,
  horizon: Horizon,
): Promise<string | null> {
  if (table.index === null || table.cursorKind.kind !== 'time') return null;
  const now = await cursorBound(session, table, { ...horizon, utc: horizon.serverNow });
  const latest = (await lastPosition(session, table, null))?.[0];
  return now !== null && latest !== undefined && latest > now ? latest : null;
}
