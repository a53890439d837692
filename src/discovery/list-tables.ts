import type { Database } from '../databases/database.ts';
import { WorkFailedError } from '../errors.ts';
import { ageOf, serverNow } from '../pipeline/run/freshness.ts';
import { watermarkLag } from '../pipeline/run/watermarks.ts';
import { describeSource, type ExtractedDatabase } from '../pipeline/source/describe-source.ts';
import type { ExtractedTable } from '../pipeline/source/load-tables.ts';
import type { SourceTable } from '../pipeline/source/source-table.ts';
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
    const described = await describeEach(database, tables);
    for (const table of tables) {
      const state = states.find((known) => known.database === database.name && known.table === table.target);
      listed.push(await list(database, table, { found: described.get(table)!, state: state ?? null, now }));
    }
  }
  return listed;
}

/** A table of the source, or why it cannot be extracted. */
type Described = SourceTable | string;

/** All at once, and one by one only where one is faulty. */
async function describeEach(
  database: Database,
  tables: readonly ExtractedTable[],
): Promise<ReadonlyMap<ExtractedTable, Described>> {
  try {
    const sources = await describeSource(database, tables);
    return new Map(tables.map((table, at) => [table, sources[at]!]));
  } catch (error) {
    if (!(error instanceof WorkFailedError)) throw error;
    if (tables.length === 1) return new Map([[tables[0]!, error.message]]);
    const halves = [tables.slice(0, tables.length / 2), tables.slice(tables.length / 2)];
    const described = await Promise.all(halves.map((half) => describeEach(database, half)));
    return new Map(described.flatMap((half) => [...half]));
  }
}

async function list(
  database: Database,
  { name, target, spec }: ExtractedTable,
  known: { readonly found: Described; readonly state: TableState | null; readonly now: string },
): Promise<ListedTable> {
  const { found, state, now } = known;
  const source = typeof found === 'string' ? null : found;
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
    fault: typeof found === 'string' ? found : (source?.indexFault ?? null),
  };
}
