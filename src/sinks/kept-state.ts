import { z } from 'zod';
import { damagedState } from './refused-state.ts';
import { RUN_MODES, type RunRecord, type TableState } from './sink.ts';

/** What only a later version knows of a state is kept as it is. */
const position = z.array(z.string()).readonly().nullable();
const memory = z.record(z.string(), z.unknown()).readonly().nullable().default(null);

/** A table's state as JSON; what was added after the first version has a default. */
export const KEPT_STATE = z.looseObject({
  database: z.string(),
  table: z.string(),
  cursor: z.array(z.string()).readonly(),
  watermark: position,
  bound: z.string().nullable(),
  append: z.boolean().default(false),
  keyRules: z.array(z.string()).readonly().default([]),
  loading: z.looseObject({ position, bound: z.string(), watermark: position, memory }).readonly().nullable(),
  memory,
  rows: z.number(),
  updatedAt: z.string(),
});

/** A run's record as JSON. */
export const KEPT_RUN = z.looseObject({
  runId: z.string(),
  database: z.string(),
  table: z.string(),
  mode: z.enum(RUN_MODES),
  startedAt: z.string(),
  finishedAt: z.string(),
  rows: z.number(),
  from: position,
  to: position,
  bound: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** What a sink kept of a table, as `read` finds it. Throws a RefusedError that names `where` if that is no state. */
export function keptState(where: string, read: () => unknown): TableState {
  return parsed(KEPT_STATE, where, read);
}

/** A run's record, likewise. */
export function keptRun(where: string, read: () => unknown): RunRecord {
  return parsed(KEPT_RUN, where, read);
}

function parsed<Output>(schema: z.ZodType<Output>, where: string, read: () => unknown): Output {
  try {
    return schema.parse(read());
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw damagedState(where, why, error);
  }
}
