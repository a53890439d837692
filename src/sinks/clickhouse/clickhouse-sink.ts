import type { SinkEnvironment } from '../sink-kind.ts';
import type {
  Compaction,
  RunRecord,
  Sink,
  SinkTable,
  StateReader,
  TableName,
  TableState,
  TargetTable,
} from '../sink.ts';
import { Claim } from './claim.ts';
import { clickhouseAddress } from './clickhouse-address.ts';
import { ClickhouseConnection } from './clickhouse-connection.ts';
import { publishedName } from './clickhouse-identifiers.ts';
import { fitView, readTable } from './clickhouse-schema.ts';
import { prepareState, stateOf, stateText } from './clickhouse-state.ts';
import { ClickhouseTable } from './clickhouse-table.ts';
import { commitState } from './commits.ts';
import { compactTable } from './compact.ts';
import { lastRuns, readStates } from './recovery.ts';
import { dropTable, rowsName } from './work-tables.ts';

/**
 * Opens a ClickHouse database as a sink: a view `<database>__<table>` for each table of the source, and tables of ours that
 * begin with `_tidemark_`. Several processes may have it open, and write different tables at the same time.
 */
export async function openClickhouseSink(location: string, environment: SinkEnvironment): Promise<Sink> {
  const connection = ClickhouseConnection.open(clickhouseAddress(location, environment), 'write');
  try {
    await prepareState(connection);
    return new ClickhouseSink(connection);
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens a database to read the state in it; never makes or changes it. */
export async function openClickhouseStates(
  location: string,
  environment: SinkEnvironment,
): Promise<StateReader> {
  const connection = ClickhouseConnection.open(clickhouseAddress(location, environment), 'read');
  return {
    location: connection.address.location,
    placesOf,
    states: () => readStates(connection),
    runs: (limit) => lastRuns(connection, limit),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/** Names are told apart by case. */
function placesOf(table: string): readonly string[] {
  return [table];
}

class ClickhouseSink implements Sink {
  readonly location: string;
  readonly placesOf = placesOf;
  readonly #connection: ClickhouseConnection;

  constructor(connection: ClickhouseConnection) {
    this.location = connection.address.location;
    this.#connection = connection;
  }

  states(): Promise<readonly TableState[]> {
    return readStates(this.#connection);
  }

  runs(limit: number): Promise<readonly RunRecord[]> {
    return lastRuns(this.#connection, limit);
  }

  async saveState(state: TableState): Promise<void> {
    await using claim = await Claim.take(this.#connection, state);
    await commitState(this.#connection, claim, state, { state: stateText(state), rows: state.rows });
  }

  async removeState(table: TableName): Promise<boolean> {
    await using claim = await Claim.take(this.#connection, table);
    const known = stateOf(claim.found) !== null;
    if (known) await commitState(this.#connection, claim, table, { state: '', rows: 0 });
    await dropTable(this.#connection, claim.nameOf('load'));
    return known;
  }

  readonly compact = async (tables: readonly TableName[]): Promise<readonly Compaction[]> => {
    const done: Compaction[] = [];
    for (const table of tables) {
      const compaction = await compactTable(this.#connection, table);
      if (compaction !== null) done.push(compaction);
    }
    return done;
  };

  async openTable(target: TargetTable): Promise<SinkTable> {
    if (target.formerName !== null) await this.#carryOn(target, target.formerName);
    const connection = this.#connection;
    const claim = await Claim.take(connection, target);
    try {
      return await ClickhouseTable.open({ connection, claim }, target);
    } catch (error) {
      await claim[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  /**
   * Carries rows and state of a renamed table on under its new name. Each step can be made again: what a kill left undone,
   * the next run does.
   */
  async #carryOn(target: TargetTable, formerName: string): Promise<void> {
    const connection = this.#connection;
    const states = await readStates(connection);
    const stateOfTable = (table: string) =>
      states.find((state) => state.database === target.database && state.table === table) ?? null;
    if (stateOfTable(target.table) !== null) return;
    const former = { database: target.database, table: formerName };
    if (stateOfTable(formerName) === null) return;
    await using before = await Claim.take(connection, former);
    await using claim = await Claim.take(connection, target);
    const state = stateOf(before.found);
    if (state === null) return;
    if ((await readTable(connection, rowsName(former))) !== null) {
      await connection.run(
        `RENAME TABLE ${connection.qualified(rowsName(former))} TO ${connection.qualified(rowsName(target))}${connection.onCluster}`,
      );
    }
    const moved = await readTable(connection, rowsName(target));
    if (moved !== null) await fitView(connection, { ...target, append: state.append }, moved);
    await commitState(connection, claim, target, {
      state: stateText({ ...state, table: target.table, loading: null }),
      rows: state.rows,
    });
    await commitState(connection, before, former, { state: '', rows: 0 });
    await connection.run(
      `DROP VIEW IF EXISTS ${connection.qualified(publishedName(former))}${connection.onCluster} SYNC`,
    );
  }
}
