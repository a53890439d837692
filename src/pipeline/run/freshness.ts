import { durationSeconds } from '../../config/duration.ts';
import type { Database } from '../../databases/database.ts';
import type { StateReader, TableState } from '../../sinks/sink.ts';
import { parseMemory } from '../bound/source-memory.ts';
import { secondsBetween, type Utc, utcNow } from '../bound/utc-time.ts';
import type { ExtractedTable } from '../source/load-tables.ts';
import { stateOf } from '../source/target-of.ts';

/** How old what a sink has of a table is, and how old it may be. */
export interface Freshness {
  readonly database: string;
  readonly table: string;
  /**
   * Seconds since the time up to which the last run has everything; a quiet table whose rows are old is as fresh as a busy
   * one. Null where no run has made it complete.
   */
  readonly ageSeconds: number | null;
  readonly maxLagSeconds: number;
  readonly stale: boolean;
}

/** An open database and those of its tables that are judged. */
interface JudgedDatabase {
  readonly database: Database;
  readonly tables: readonly ExtractedTable[];
}

/**
 * Judges tables by their own `maxLag`, and those that have none by `maxLagSeconds`; without either a table is left out.
 */
export async function checkFreshness(request: {
  readonly states: StateReader;
  readonly databases: readonly JudgedDatabase[];
  readonly maxLagSeconds: number | null;
}): Promise<readonly Freshness[]> {
  const states = await request.states.states();
  const checked: Freshness[] = [];
  for (const { database, tables } of request.databases) {
    const now = await serverNow(database);
    for (const { name, target, spec } of tables) {
      const own = spec.maxLag === undefined ? null : durationSeconds(spec.maxLag);
      const maxLagSeconds = own ?? request.maxLagSeconds;
      if (maxLagSeconds === null) continue;
      const state = stateOf(states, database.name, target);
      const ageSeconds = state === null ? null : ageOf(state, now);
      const stale = ageSeconds === null || ageSeconds > maxLagSeconds;
      checked.push({ database: database.name, table: name, ageSeconds, maxLagSeconds, stale });
    }
  }
  return checked;
}

/** A server's clock. */
export async function serverNow(database: Database): Promise<Utc> {
  await using session = await database.session();
  return await utcNow(session);
}

/** Seconds since the time up to which a sink has everything of a table; null where no run has made it complete. */
export function ageOf(state: TableState, now: Utc): number | null {
  if (state.loading !== null) return null;
  // A watermark that was set by hand says nothing of what the sink has.
  const bound = parseMemory(state.memory)?.bound ?? null;
  return bound === null ? null : Math.max(0, secondsBetween(bound, now));
}
