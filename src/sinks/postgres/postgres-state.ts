import { RefusedError } from '../../errors.ts';
import type { Commit, RunRecord, TableName, TableState } from '../sink.ts';
import type { PostgresConnection, PostgresRow } from './postgres-connection.ts';

/** Version of the tables below. A database with a later one was written by a tidemark that knows more. */
const FORMAT = 1;
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

/** Makes the state's tables where they are not. Throws a RefusedError for state of another format. */
export async function prepareState(connection: PostgresConnection): Promise<void> {
  if (!(await hasState(connection))) {
    await connection.transaction(async () => {
      await connection.run(`SELECT pg_advisory_xact_lock(${SETUP_LOCK})`);
      await connection.run(DDL);
    });
  }
  const version = Number(await connection.value('SELECT version FROM _tidemark.format'));
  if (version === FORMAT) return;
  throw new RefusedError(
    `${connection.address.location} has state of format ${version}; this tidemark knows format ${FORMAT}`,
    { hint: 'use the tidemark that wrote it, or another database' },
  );
}

/** Whether the database has ever been used by an extract-load. */
export async function hasState(connection: PostgresConnection): Promise<boolean> {
  return (await connection.value("SELECT to_regclass('_tidemark.format') IS NOT NULL")) === true;
}

export async function readStates(connection: PostgresConnection): Promise<readonly TableState[]> {
  if (!(await hasState(connection))) return [];
  const rows = await connection.rows(
    'SELECT state, row_count FROM _tidemark.watermarks ORDER BY database, table_name',
  );
  return rows.map(stateOf);
}

export async function readState(
  connection: PostgresConnection,
  { database, table }: TableName,
): Promise<TableState | null> {
  const [row] = await connection.rows(
    'SELECT state, row_count FROM _tidemark.watermarks WHERE database = $1 AND table_name = $2',
    [database, table],
  );
  return row === undefined ? null : stateOf(row);
}

function stateOf(row: PostgresRow): TableState {
  const state = JSON.parse(String(row['state'])) as Omit<TableState, 'rows'>;
  return { ...state, rows: Number(row['row_count']) };
}

/** The records of the last runs, latest first. */
export async function readRuns(connection: PostgresConnection, limit: number): Promise<readonly RunRecord[]> {
  if (!(await hasState(connection))) return [];
  const rows = await connection.rows('SELECT record FROM _tidemark.runs ORDER BY finished_at DESC LIMIT $1', [
    limit,
  ]);
  return rows.map((row) => JSON.parse(String(row['record'])) as RunRecord);
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
