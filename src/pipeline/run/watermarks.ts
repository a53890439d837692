import type { Database } from '../../databases/database.ts';
import { UsageError } from '../../errors.ts';
import { describeSource } from '../source/describe-source.ts';
import type { ExtractedTable } from '../source/load-tables.ts';
import { tablesInPlaceOf } from './own-places.ts';
import { requireLoaded } from '../compare/require-loaded.ts';
import type { Sink, StateReader, TableState } from '../../sinks/sink.ts';
import { cursorValue, positionAt } from '../source/source-positions.ts';
import type { SourceTable } from '../source/source-table.ts';
import { stateOf } from '../source/target-of.ts';

/** One table's watermark; its JSON is part of the command-line contract. */
export interface Watermark {
  readonly database: string;
  readonly table: string;
  readonly cursor: readonly string[];
  readonly value: readonly string[] | null;
  readonly rows: number;
  readonly updatedAt: string;
  /** Seconds between the watermark and the server's clock now; null for an id, or where the server was not asked. */
  readonly lagSeconds: number | null;
  /** True while the first load, or a full refresh, is not complete. */
  readonly loading: boolean;
}

/**
 * The watermarks that a sink has, of these databases. The lag is against each source's clock; a table that is no
 * longer extracted has none.
 */
export async function showWatermarks(request: {
  readonly states: StateReader;
  readonly databases: readonly { readonly database: Database; readonly tables: readonly ExtractedTable[] }[];
}): Promise<readonly Watermark[]> {
  const states = await request.states.states();
  const shown: Watermark[] = [];
  for (const { database, tables } of request.databases) {
    const own = states.filter((state) => state.database === database.name);
    const known = tables.filter((table) => own.some((state) => state.table === table.target));
    const sources = await describeSource(database, known);
    for (const state of own) {
      const source = sources.find((table) => table.target === state.table);
      shown.push(
        watermarkOf(state, source === undefined ? null : await watermarkLag(database, source, state)),
      );
    }
  }
  return shown;
}

/**
 * Sets a table's watermark, so that the next run reads the rows whose cursor is at or after a value. Throws a UsageError
 * for a value that the cursor cannot have, and a RefusedError for a table that was never loaded.
 */
export async function setWatermark(request: {
  readonly sink: Sink;
  readonly database: Database;
  readonly table: ExtractedTable;
  readonly value: string;
}): Promise<Watermark> {
  const { sink, database, table } = request;
  const name = { database: database.name, table: table.target };
  const state = requireLoaded(stateOf(await sink.states(), name.database, name.table), name);
  const [source] = await describeSource(database, [table]);
  if (source === undefined) throw new UsageError(`no table "${table.name}"`);
  await using session = await database.session();
  const value = await cursorValue(session, source, request.value, '--value');
  const watermark = await positionAt(session, source, value);
  // What was remembered belongs to the watermark that there was.
  const changed: TableState = { ...state, watermark, memory: null, updatedAt: new Date().toISOString() };
  await sink.saveState(changed);
  return watermarkOf(changed, await watermarkLag(database, source, changed));
}

/**
 * Forgets watermarks, so that the next run reloads the tables; also those of tables that the sink cannot tell from
 * them, which were loaded into the same place. Returns those that there were.
 */
export async function resetWatermarks(request: {
  readonly sink: Sink;
  readonly database: string;
  readonly tables: readonly string[];
}): Promise<readonly Watermark[]> {
  const removed: Watermark[] = [];
  const { sink, database } = request;
  const states = (await sink.states()).filter((state) => state.database === database);
  const held = states.map(({ table }) => table);
  const forgotten = new Set(request.tables.flatMap((table) => tablesInPlaceOf(sink, table, held)));
  for (const state of states.filter(({ table }) => forgotten.has(table))) {
    await sink.removeState(state);
    removed.push(watermarkOf(state, null));
  }
  return removed;
}

function watermarkOf(state: TableState, lagSeconds: number | null): Watermark {
  return {
    database: state.database,
    table: state.table,
    cursor: state.cursor,
    value: state.watermark,
    rows: state.rows,
    updatedAt: state.updatedAt,
    lagSeconds,
    loading: state.loading !== null,
  };
}

/** Seconds from the watermark to now, in the time zone of the cursor's writers. */
export async function watermarkLag(
  database: Database,
  table: SourceTable,
  state: TableState,
): Promise<number | null> {
  const value = state.watermark?.[0];
  if (value === undefined) return null;
  await using session = await database.session();
  const kind = table.cursorKind;
  switch (kind.kind) {
    case 'time':
    case 'date':
      return Number(
        await session.value("SELECT TIMESTAMPDIFF(SECOND, ?, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', ?))", [
          value,
          kind.timeZone ?? '+00:00',
        ]),
      );
    case 'epoch': {
      const perSecond = { seconds: 1, milliseconds: 1000, microseconds: 1_000_000 }[kind.unit];
      const now = Number(await session.value("SELECT TIMESTAMPDIFF(SECOND, '1970-01-01', UTC_TIMESTAMP())"));
      return now - Math.floor(Number(value) / perSecond);
    }
    case 'none':
    case 'id':
      return null;
  }
}
