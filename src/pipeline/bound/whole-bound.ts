import type { Session } from '../../databases/session.ts';
import type { SourceTable } from '../source/source-table.ts';
import { type BoundRequest, readHorizon, type RunBound } from './run-bound.ts';
import { originOf } from './source-origin.ts';
import type { SourceMemory } from './source-memory.ts';

/**
 * What stands for the bound of a run without a cursor: the server's clock before its snapshot is opened, which sees all
 * that was committed by then. Throws a RefusedError for a replica that does not replicate.
 */
export async function fixWholeBound(session: Session, job: BoundRequest): Promise<RunBound> {
  const horizon = await readHorizon(session, job);
  return {
    upper: { operator: '<', value: horizon.serverNow },
    horizon,
    settled: true,
    lookback: 0,
    warnings: [],
  };
}

/** What is remembered of a source that no run goes on from. */
export function wholeMemory(table: SourceTable, { horizon }: RunBound): SourceMemory {
  const { serverNow, clock, floor, server } = horizon;
  return {
    serverNow,
    clock,
    floor,
    bound: serverNow,
    pending: [],
    read: null,
    origin: originOf(table, server),
  };
}
