import { noState } from '../refused-state.ts';
import type { RunRecord, Sink, SinkTable, StateReader, TableName, TableState, TargetTable } from '../sink.ts';
import type { SinkEnvironment } from '../sink-kind.ts';
import { Claim } from './claim.ts';
import { type PostgresAddress, postgresAddress } from './postgres-address.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { identifier, postgresPlaces, storedName } from './postgres-identifiers.ts';
import { loadingName, publishedName, qualified, tableColumns } from './postgres-schema.ts';
import {
  deleteState,
  lockSetup,
  prepareState,
  readRuns,
  readState,
  readStates,
  writeState,
} from './postgres-state.ts';
import { PostgresTable } from './postgres-table.ts';

/**
 * Opens a PostgreSQL database as a sink: one schema per database of the source, and the state in schema `_tidemark`.
 * Several processes may have it open, and write different tables at the same time.
 */
export async function openPostgresSink(location: string, environment: SinkEnvironment): Promise<Sink> {
  const address = postgresAddress(location, environment);
  const connection = await PostgresConnection.open(address);
  try {
    await prepareState(connection);
    return new PostgresSink(address, connection);
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens a database to read the state in it; never makes or changes it. */
export async function openPostgresStates(
  location: string,
  environment: SinkEnvironment,
): Promise<StateReader> {
  const address = postgresAddress(location, environment);
  const connection = await PostgresConnection.open(address);
  return {
    location: address.location,
    placesOf: postgresPlaces,
    states: () => readStates(connection),
    runs: (limit) => readRuns(connection, limit),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

class PostgresSink implements Sink {
  readonly location: string;
  readonly placesOf = postgresPlaces;
  readonly compact = null;
  readonly #address: PostgresAddress;
  readonly #connection: PostgresConnection;

  constructor(address: PostgresAddress, connection: PostgresConnection) {
    this.location = address.location;
    this.#address = address;
    this.#connection = connection;
  }

  states(): Promise<readonly TableState[]> {
    return readStates(this.#connection);
  }

  runs(limit: number): Promise<readonly RunRecord[]> {
    return readRuns(this.#connection, limit);
  }

  async saveState(state: TableState): Promise<void> {
    await using claim = await Claim.take(this.#connection, state);
    await this.#transaction(async (connection) => {
      if ((await readState(connection, state)) === null) throw noState(this.location, state);
      await writeState(connection, state);
      await claim.confirm(connection);
    });
  }

  async removeState(table: TableName): Promise<boolean> {
    await using claim = await Claim.take(this.#connection, table);
    return await this.#transaction(async (connection) => {
      const known = await deleteState(connection, table);
      await connection.run(`DROP TABLE IF EXISTS ${qualified(loadingName(table))}`);
      await claim.confirm(connection);
      return known;
    });
  }

  async openTable(target: TargetTable): Promise<SinkTable> {
    const claim = await Claim.take(this.#connection, target);
    let connection: PostgresConnection | null = null;
    try {
      connection = await PostgresConnection.open(this.#address);
      await makeSchema(connection, target);
      const state = (await readState(connection, target)) ?? (await carryOn(connection, claim, target));
      return await PostgresTable.open({ connection, claim }, target, state);
    } catch (error) {
      await connection?.[Symbol.asyncDispose]();
      await claim[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  /** On a connection of its own: signs of life go over the sink's, and must not be part of it. */
  async #transaction<Result>(work: (connection: PostgresConnection) => Promise<Result>): Promise<Result> {
    await using connection = await PostgresConnection.open(this.#address);
    const opened = connection;
    return await opened.transaction(() => work(opened));
  }
}

/** Only where it is not there: who may write to a schema need not be allowed to make one. */
async function makeSchema(connection: PostgresConnection, { database }: TargetTable): Promise<void> {
  const name = storedName(database);
  const there = await connection.value('SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', [name]);
  if (there !== null) return;
  // IF NOT EXISTS does not help against others who make it at the same moment (a unique violation of pg_namespace).
  await connection.transaction(async () => {
    await lockSetup(connection);
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(database)}`);
  });
}

/** Carries rows and state of a renamed table on under its new name. */
async function carryOn(
  connection: PostgresConnection,
  claim: Claim,
  target: TargetTable,
): Promise<TableState | null> {
  if (target.formerName === null) return null;
  const former = { database: target.database, table: target.formerName };
  const state = await readState(connection, former);
  if (state === null) return null;
  const renamed: TableState = { ...state, table: target.table, loading: null };
  const name = publishedName(former);
  await connection.transaction(async () => {
    if ((await tableColumns(connection, name)).size > 0) {
      await connection.run(`ALTER TABLE ${qualified(name)} RENAME TO ${identifier(target.table)}`);
    }
    await connection.run(`DROP TABLE IF EXISTS ${qualified(loadingName(former))}`);
    await deleteState(connection, former);
    await writeState(connection, renamed);
    await claim.confirm(connection);
  });
  return renamed;
}
