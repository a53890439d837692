import { keptRun, keptState } from '../kept-state.ts';
import { checkedFormat, hasStateTables } from '../refused-state.ts';
import type { Commit, RunRecord, TableName, TableState } from '../sink.ts';
import type { PostgresConnection, PostgresRow } from './postgres-connection.ts';

/** Version of the tables below. A database with a later one was written by a tidemark that knows more. */
const FORMAT = 1;
const TABLES = ['format', 'watermarks', 'runs', 'claims'] as const;
/** Held while the tables are made: two processes may come at once. Any constant will do, as long as it is ours. */
const SETUP_LOCK = 7_431_265_012;

/** `state` and `record` are JSON, as they are in the program: what only a later version knows is kept as it is. */
const DDL = `
CREATE SCHEMA IF NOT EXISTS _tidemark;
CREATE TABLE IF NOT EXISTS _tidemark.format (version integer NOT NULL);
CREATE TABLE IF NOT EXISTS _tidemark.watermarks (
  database text NOT NULL, table_name text NOT NULL, state text NOT NULL, row_count bigint NOT NULL,
  updated_at timestamp with time zone NOT NULL, PRIMARY KEY (database, table_name));
CREATE TABLE IF NOT EXISTS _tidemark.runs (
  run_id text NOT NULL, database text NOT NULL, table_name text NOT NULL, record text NOT NULL,
  finished_at timestamp with time zone NOT NULL, PRIMARY KEY (run_id, database, table_name));
CREATE TABLE IF NOT EXISTS _tidemark.claims (
  database text NOT NULL, table_name text NOT NULL, epoch bigint NOT NULL, holder text NOT NULL,
  backend_pid integer, backend_start timestamp with time zone, seen_at timestamp with time zone NOT NULL,
  PRIMARY KEY (database, table_name));
INSERT INTO _tidemark.format SELECT ${FORMAT} WHERE NOT EXISTS (SELECT FROM _tidemark.format);
`;

/** Waits, in the caller's transaction, for others who make schemas or the state's tables. */
export async function lockSetup(connection: PostgresConnection): Promise<void> {
  await connection.run(`SELECT pg_advisory_xact_lock(${SETUP_LOCK})`);
}

/** Makes the state's tables where they are not. */
export async function prepareState(connection: PostgresConnection): Promise<void> {
  if ((await stateFormat(connection)) !== null) return;
  await connection.transaction(async () => {
    await lockSetup(connection);
    await connection.run(DDL);
  });
}

/**
 * The format of the state in a database; null where no extract-load has ever used it. Throws a RefusedError for a newer
 * format, and for state that is damaged.
 */
async function stateFormat(connection: PostgresConnection): Promise<number | null> {
  const { location } = connection.address;
  const present = await connection.rows(
    `SELECT relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
      WHERE nspname = '_tidemark' AND relname = ANY ($1)`,
    [TABLES],
  );
  const names = new Set(present.map((row) => row['relname']));
  if (!hasStateTables(location, names, TABLES)) return null;
  return checkedFormat(location, await connection.value('SELECT version FROM _tidemark.format'), FORMAT);
}

export async function readStates(connection: PostgresConnection): Promise<readonly TableState[]> {
  if ((await stateFormat(connection)) === null) return [];
  const rows = await connection.rows(
    'SELECT database, table_name, state, row_count FROM _tidemark.watermarks ORDER BY database COLLATE "C", table_name COLLATE "C"',
  );
  return rows.map((row) => stateOf(connection, row));
}

export async function readState(
  connection: PostgresConnection,
  { database, table }: TableName,
): Promise<TableState | null> {
  const [row] = await connection.rows(
    'SELECT database, table_name, state, row_count FROM _tidemark.watermarks WHERE database = $1 AND table_name = $2',
    [database, table],
  );
  return row === undefined ? null : stateOf(connection, row);
}

function stateOf({ address }: PostgresConnection, row: PostgresRow): TableState {
  const where = `the state of ${String(row['database'])}.${String(row['table_name'])} in ${address.location}`;
  return keptState(where, () => ({
    ...(JSON.parse(String(row['state'])) as object),
    rows: Number(row['row_count']),
  }));
}

/** The records of the last runs, latest first. */
export async function readRuns(connection: PostgresConnection, limit: number): Promise<readonly RunRecord[]> {
  if ((await stateFormat(connection)) === null) return [];
  const rows = await connection.rows('SELECT record FROM _tidemark.runs ORDER BY finished_at DESC LIMIT $1', [
    limit,
  ]);
  const where = `the record of a run in ${connection.address.location}`;
  return rows.map((row) => keptRun(where, () => JSON.parse(String(row['record']))));
}

/** Replaces a table's state, in the caller's transaction. */
export async function writeState(
  connection: PostgresConnection,
  { rows, ...state }: TableState,
): Promise<void> {
  await connection.run(
    `INSERT INTO _tidemark.watermarks VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (database, table_name)
     DO UPDATE SET state = excluded.state, row_count = excluded.row_count, updated_at = excluded.updated_at`,
    [state.database, state.table, JSON.stringify(state), rows, state.updatedAt],
  );
}

export async function deleteState(
  connection: PostgresConnection,
  { database, table }: TableName,
): Promise<boolean> {
  const deleted = await connection.run(
    'DELETE FROM _tidemark.watermarks WHERE database = $1 AND table_name = $2',
    [database, table],
  );
  return deleted > 0;
}

/** Adds to the rows that a table is known to have. */
export async function addRows(
  connection: PostgresConnection,
  { database, table }: TableName,
  rows: number,
): Promise<void> {
  if (rows === 0) return;
  await connection.run(
    'UPDATE _tidemark.watermarks SET row_count = row_count + $3 WHERE database = $1 AND table_name = $2',
    [database, table, rows],
  );
}

/** Writes what is committed with rows: the state, and the run's record in place of the one of its last commit. */
export async function writeCommit(
  connection: PostgresConnection,
  commit: Commit,
  rows: number,
): Promise<TableState> {
  const state: TableState = { ...commit.state, rows };
  await writeState(connection, state);
  const { run } = commit;
  await connection.run(
    `INSERT INTO _tidemark.runs VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (run_id, database, table_name)
     DO UPDATE SET record = excluded.record, finished_at = excluded.finished_at`,
    [run.runId, run.database, run.table, JSON.stringify(run), run.finishedAt],
  );
  return state;
}
