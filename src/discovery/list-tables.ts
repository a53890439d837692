import type { Database } from '../databases/database.ts';
import type { Utc } from '../pipeline/bound/utc-time.ts';
import { ageOf, serverNow } from '../pipeline/run/freshness.ts';
import { watermarkLag } from '../pipeline/run/watermarks.ts';
import { type DescribedTable, describeEach } from '../pipeline/source/describe-each.ts';
import type { ExtractedDatabase } from '../pipeline/source/describe-source.ts';
import { stateOf } from '../pipeline/source/target-of.ts';
import { isWatermark, type Strategy } from '../pipeline/source/table-spec.ts';
import type { StateReader, TableState } from '../sinks/sink.ts';

/** What is moved of one table, and how; its JSON is what `tidemark tables` prints. */
export interface ListedTable {
  readonly database: string;
  readonly table: string;
  /** Its name in the sink. */
  readonly target: string;
  readonly strategy: Strategy;
  readonly cursor: string | null;
  readonly index: string | null;
  /** Whether the index serves the cursor; `not-needed` without a cursor. */
  readonly indexState: 'ok' | 'missing' | 'not-needed' | 'unknown';
  /** Rows in the sink; null where no run has loaded any. */
  readonly rows: number | null;
  /** The server's estimates. */
  readonly rowsEstimated: number | null;
  readonly bytesEstimated: number | null;
  readonly watermark: readonly string[] | null;
  /** Seconds from the watermark to the server's clock; null without a cursor that is a time. */
  readonly lagSeconds: number | null;
  /** Seconds since the time up to which the last run has everything; null where no run has made it complete. */
  readonly ageSeconds: number | null;
  /** Why the table cannot be moved as its entry says; else null. */
  readonly fault: string | null;
}

/** Every table that a project moves, as the database and the sink have it. A table that is gone is listed with its fault. */
export async function listTables(request: {
  readonly databases: readonly ExtractedDatabase[];
  readonly states: StateReader;
}): Promise<readonly ListedTable[]> {
  const states = await request.states.states();
  const listed: ListedTable[] = [];
  for (const { database, tables } of request.databases) {
    const now = await serverNow(database);
    for (const described of await describeEach(database, tables)) {
      const state = stateOf(states, database.name, described.extracted.target);
      listed.push(await list(database, described, state, now));
    }
  }
  return listed;
}

async function list(
  database: Database,
  described: DescribedTable,
  state: TableState | null,
  now: Utc,
): Promise<ListedTable> {
  const { name, target, spec } = described.extracted;
  const source = described.kind === 'described' ? described.table : null;
  const along = isWatermark(spec);
  return {
    database: database.name,
    table: name,
    target,
    strategy: spec.strategy ?? 'watermark',
    cursor: along ? spec.cursor : null,
    index: along ? (source?.index ?? spec.index) : null,
    indexState: !along
      ? 'not-needed'
      : source === null
        ? 'unknown'
        : source.index === null
          ? 'missing'
          : 'ok',
    rows: state?.rows ?? null,
    rowsEstimated: source?.rowsEstimate ?? null,
    bytesEstimated: source === null ? null : Math.round(source.rowsEstimate * (source.bytesPerRow ?? 0)),
    watermark: state?.watermark ?? null,
    lagSeconds: source === null || state === null ? null : await watermarkLag(database, source, state),
    ageSeconds: state === null ? null : ageOf(state, now),
    fault: described.kind === 'faulty' ? described.error.message : described.table.indexFault,
  };
}
