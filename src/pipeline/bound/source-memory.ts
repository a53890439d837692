import { z } from 'zod';
import type { Position } from '../../rows/position.ts';
import type { ExtractorClock } from './extractor-clock.ts';
import type { SourceOrigin } from './source-origin.ts';
import type { Utc } from './utc-time.ts';

/** What the sink's state keeps of a run's look at the source, for the next run. */
export interface SourceMemory {
  /** The server's clock. */
  readonly serverNow: Utc;
  readonly clock: ExtractorClock;
  /** See `Horizon.floor`. */
  readonly floor: Utc;
  /** The run's bound. */
  readonly bound: Utc;
  /** Who may still commit rows from before the bound. */
  readonly pending: readonly RememberedWriter[];
  /** How far rows were read beyond the watermark, which the pending writers hold back; null if not beyond it. */
  readonly read: Position | null;
  /** Whose rows they are; absent in what earlier versions wrote. */
  readonly origin?: SourceOrigin | undefined;
}

export interface RememberedWriter {
  readonly id: string;
  /** No row of it has an earlier stamp; null if that is not known. */
  readonly since: Utc | null;
}

const schema = z.object({
  serverNow: z.string(),
  clock: z.object({ host: z.string(), wall: z.number(), uptime: z.number() }).readonly(),
  floor: z.string(),
  bound: z.string(),
  pending: z.array(z.object({ id: z.string(), since: z.string().nullable() }).readonly()).readonly(),
  read: z.array(z.string()).readonly().nullable(),
  origin: z
    .object({
      server: z.string(),
      schema: z.string(),
      table: z.string(),
      cursor: z.string(),
      columns: z.string(),
      created: z.string().nullable().optional(),
      sample: z
        .array(
          z.object({ cursor: z.string(), key: z.array(z.string()).readonly(), hash: z.string() }).readonly(),
        )
        .readonly(),
    })
    .readonly()
    .optional(),
});

/** Null where there is none: the state was written by an earlier tidemark, or by hand. */
export function parseMemory(stored: unknown): SourceMemory | null {
  const parsed = schema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}
