import { stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { noState } from '../refused-state.ts';
import type { RunRecord, Sink, SinkTable, StateReader, TableName, TableState, TargetTable } from '../sink.ts';
import { Checkpoints } from './checkpoints.ts';
import { type DuckdbConnection, DuckdbFile, duckdbIdentifier } from './duckdb-file.ts';
import { qualified, tableColumns } from './duckdb-schema.ts';
import { deleteState, prepareState, readRuns, readState, readStates, writeState } from './duckdb-state.ts';
import { DuckdbTable, duckdbPlaces } from './duckdb-table.ts';
import { MEMORY_LIMIT, MemoryBudget } from './memory-budget.ts';

/**
 * DuckDB would take 80 % of the machine's memory, and collect five row groups for each table before it writes one; what
 * does not fit goes to a file beside the database. One thread a statement: each table has a thread
 * of its own, and with more of them DuckDB writes smaller pieces, which it puts together again at the end (2,000,000
 * orders: 4.5 s of CPU and 106 MB with two, 2.7 s and 62 MB with one).
 *
 * A new file has the form of DuckDB 1.3 (May 2025), which knows one compression for texts where there were two to try
 * (DICT_FSST): a sixth less CPU for files that are a fifteenth larger. A file that is there keeps its own.
 */
const SETTINGS = {
  memory_limit: MEMORY_LIMIT,
  storage_compatibility_version: 'v1.3.0',
  threads: '1',
  write_buffer_row_group_count: '1',
} as const;

/**
 * Opens a DuckDB file as a sink, or makes it: one schema per database, and the state in schema `_tidemark`. Throws a
 * RefusedError where another process has the file open, or the file or the state in it is damaged or newer.
 */
export async function openDuckdbSink(path: string): Promise<Sink> {
  const file = await DuckdbFile.open(path, SETTINGS);
  try {
    const connection = await file.connect();
    await prepareState(connection);
    return new DuckdbSink(file, connection, await MemoryBudget.begin((sql) => connection.run(sql)));
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

const nothing = async () => [];

/** Opens a DuckDB file to read its state. Never makes or changes it; where there is none, there is no state. */
export async function openDuckdbStates(path: string): Promise<StateReader> {
  const exists = (await stat(path).catch(() => null)) !== null;
  if (!exists) {
    return {
      location: path,
      placesOf: duckdbPlaces,
      states: nothing,
      runs: nothing,
      [Symbol.asyncDispose]: async () => {},
    };
  }
  const file = await DuckdbFile.open(path, { ...SETTINGS, access_mode: 'READ_ONLY' });
  return {
    location: path,
    placesOf: duckdbPlaces,
    async states() {
      using connection = await file.connect();
      return await readStates(connection);
    },
    async runs(limit) {
      using connection = await file.connect();
      return await readRuns(connection, limit);
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

class DuckdbSink implements Sink {
  readonly location: string;
  readonly compact = null;
  readonly placesOf = duckdbPlaces;
  readonly #file: DuckdbFile;
  readonly #connection: DuckdbConnection;
  readonly #memory: MemoryBudget;
  readonly #checkpoints: Checkpoints;
  readonly #oneAtATime = pLimit(1);
  #closed = false;

  constructor(file: DuckdbFile, connection: DuckdbConnection, memory: MemoryBudget) {
    this.location = file.path;
    this.#file = file;
    this.#connection = connection;
    this.#memory = memory;
    this.#checkpoints = new Checkpoints(() => connection.run('CHECKPOINT'));
  }

  states(): Promise<readonly TableState[]> {
    return readStates(this.#connection);
  }

  runs(limit: number): Promise<readonly RunRecord[]> {
    return readRuns(this.#connection, limit);
  }

  async saveState(state: TableState): Promise<void> {
    if ((await readState(this.#connection, state)) === null) throw noState(this.location, state);
    await this.#connection.transaction(() => writeState(this.#connection, state));
  }

  async removeState(table: TableName): Promise<boolean> {
    const known = (await readState(this.#connection, table)) !== null;
    await this.#connection.transaction(() => deleteState(this.#connection, table));
    return known;
  }

  /** One after the other: tables of one database share its schema, and two connections must not both make it. */
  openTable(target: TargetTable): Promise<SinkTable> {
    return this.#oneAtATime(async () => {
      await this.#connection.run(
        `CREATE SCHEMA IF NOT EXISTS ${duckdbIdentifier(this.#file.catalog)}.${duckdbIdentifier(target.database)}`,
      );
      const { database, formerName } = target;
      const state = await readState(this.#connection, target);
      if (state !== null || formerName === null) return this.#open(target, state);
      const former = await readState(this.#connection, { database, table: formerName });
      return this.#open(target, former === null ? null : await this.#rename(former, target));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#memory.end();
    this.#connection[Symbol.dispose]();
    await this.#file[Symbol.asyncDispose]();
  }

  #open(target: TargetTable, state: TableState | null): Promise<SinkTable> {
    return DuckdbTable.open(
      { file: this.#file, memory: this.#memory, checkpoints: this.#checkpoints },
      target,
      state,
    );
  }

  /** Carries rows and state of a renamed table on under its new name. */
  async #rename(former: TableState, target: TargetTable): Promise<TableState> {
    const connection = this.#connection;
    const renamed: TableState = { ...former, table: target.table, loading: null };
    const { catalog } = this.#file;
    const name = { catalog, schema: former.database, table: former.table };
    const exists = (await tableColumns(connection, name)).size > 0;
    await connection.transaction(async () => {
      if (exists)
        await connection.run(`ALTER TABLE ${qualified(name)} RENAME TO ${duckdbIdentifier(target.table)}`);
      await deleteState(connection, former);
      await writeState(connection, renamed);
    });
    return renamed;
  }
}
