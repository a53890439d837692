import type { DuckDBValue } from '@duckdb/node-api';
import { keptRun, keptState } from '../kept-state.ts';
import { checkedFormat, hasStateTables } from '../refused-state.ts';
import type { Commit, RunRecord, TableName, TableState } from '../sink.ts';
import type { DuckdbConnection } from './duckdb-file.ts';

/** Version of the tables below. A file of a later one was written by a tidemark that knows more. */
const FORMAT = 3;
const TABLES = ['format', 'watermarks', 'runs'] as const;

const DDL = `
CREATE SCHEMA IF NOT EXISTS _tidemark;
CREATE TABLE IF NOT EXISTS _tidemark.format (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS _tidemark.watermarks (
  database VARCHAR NOT NULL, table_name VARCHAR NOT NULL,
  cursor VARCHAR NOT NULL, watermark VARCHAR, bound VARCHAR, loading VARCHAR,
  row_count BIGINT NOT NULL, updated_at VARCHAR NOT NULL, append BOOLEAN DEFAULT FALSE, memory VARCHAR,
  key_rules VARCHAR);
CREATE TABLE IF NOT EXISTS _tidemark.runs (
  run_id VARCHAR NOT NULL, database VARCHAR NOT NULL, table_name VARCHAR NOT NULL, mode VARCHAR NOT NULL,
  started_at VARCHAR NOT NULL, finished_at VARCHAR NOT NULL, row_count BIGINT NOT NULL,
  watermark_from VARCHAR, watermark_to VARCHAR, bound VARCHAR NOT NULL, details VARCHAR NOT NULL);
INSERT INTO _tidemark.format SELECT ${FORMAT} WHERE NOT EXISTS (FROM _tidemark.format);
`;

/** What files of earlier formats lack. */
const FROM_EARLIER_FORMAT = `
ALTER TABLE _tidemark.watermarks ADD COLUMN IF NOT EXISTS append BOOLEAN DEFAULT FALSE;
ALTER TABLE _tidemark.watermarks ADD COLUMN IF NOT EXISTS memory VARCHAR;
ALTER TABLE _tidemark.watermarks ADD COLUMN IF NOT EXISTS key_rules VARCHAR;
UPDATE _tidemark.format SET version = ${FORMAT};
`;

/** Makes the state's tables where they are not, and brings those of an earlier format up to date. */
export async function prepareState(connection: DuckdbConnection): Promise<void> {
  const format = await stateFormat(connection);
  if (format === FORMAT) return;
  await connection.transaction(() => connection.run(format === null ? DDL : FROM_EARLIER_FORMAT));
}

/**
 * The format of the state in a file; null where no extract-load has ever used it. Throws a RefusedError for a newer format,
 * and for state that is damaged.
 */
async function stateFormat(connection: DuckdbConnection): Promise<number | null> {
  const present = await connection.rows(
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = '_tidemark'",
  );
  const names = new Set(present.map((row) => row['table_name']));
  if (!hasStateTables(connection.file, names, TABLES)) return null;
  const rows = await connection.rows('SELECT version FROM _tidemark.format');
  return checkedFormat(connection.file, rows[0]?.['version'], FORMAT);
}

export async function readStates(connection: DuckdbConnection): Promise<readonly TableState[]> {
  if ((await stateFormat(connection)) === null) return [];
  const rows = await connection.rows('SELECT * FROM _tidemark.watermarks ORDER BY database, table_name');
  return rows.map((row) => stateOf(connection, row));
}

/** The state of one table: of a thousand tables, each is opened without reading those of all. */
export async function readState(
  connection: DuckdbConnection,
  { database, table }: TableName,
): Promise<TableState | null> {
  const [row] = await connection.rows(
    'SELECT * FROM _tidemark.watermarks WHERE database = $1 AND table_name = $2',
    [database, table],
  );
  return row === undefined ? null : stateOf(connection, row);
}

type Row = Readonly<Record<string, DuckDBValue>>;

function stateOf({ file }: DuckdbConnection, row: Row): TableState {
  return keptState(`the state of ${String(row['database'])}.${String(row['table_name'])} in ${file}`, () => ({
    database: row['database'],
    table: row['table_name'],
    cursor: parse(row['cursor']),
    watermark: parse(row['watermark']),
    bound: row['bound'],
    // Format 1 has no such column, and no change logs.
    append: row['append'] === true,
    keyRules: parse(row['key_rules']) ?? [],
    loading: parse(row['loading']),
    // Format 2 has no such column.
    memory: parse(row['memory']),
    rows: Number(row['row_count']),
    updatedAt: row['updated_at'],
  }));
}

/** The records of the last runs, latest first. */
export async function readRuns(connection: DuckdbConnection, limit: number): Promise<readonly RunRecord[]> {
  if ((await stateFormat(connection)) === null) return [];
  const rows = await connection.rows(`SELECT * FROM _tidemark.runs ORDER BY finished_at DESC LIMIT ${limit}`);
  return rows.map((row) => runOf(connection, row));
}

function runOf({ file }: DuckdbConnection, row: Row): RunRecord {
  return keptRun(`the record of a run in ${file}`, () => ({
    runId: row['run_id'],
    database: row['database'],
    table: row['table_name'],
    mode: row['mode'],
    startedAt: row['started_at'],
    finishedAt: row['finished_at'],
    rows: Number(row['row_count']),
    from: parse(row['watermark_from']),
    to: parse(row['watermark_to']),
    bound: row['bound'],
    details: parse(row['details']),
  }));
}

/** Replaces a table's state; in the caller's transaction if it has one. */
export async function writeState(connection: DuckdbConnection, state: TableState): Promise<void> {
  await deleteState(connection, state);
  await connection.run(
    `INSERT INTO _tidemark.watermarks
       (database, table_name, cursor, watermark, bound, loading, row_count, updated_at, append, memory, key_rules)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      state.database,
      state.table,
      JSON.stringify(state.cursor),
      stringify(state.watermark),
      state.bound,
      stringify(state.loading),
      BigInt(state.rows),
      state.updatedAt,
      state.append,
      stringify(state.memory ?? null),
      JSON.stringify(state.keyRules ?? []),
    ],
  );
}

export async function deleteState(
  connection: DuckdbConnection,
  { database, table }: TableName,
): Promise<void> {
  await connection.run('DELETE FROM _tidemark.watermarks WHERE database = $1 AND table_name = $2', [
    database,
    table,
  ]);
}

/** Notes how many rows a table has by now; `from` is its name as SQL writes it. */
export async function countRowsAnew(
  connection: DuckdbConnection,
  { database, table }: TableName,
  from: string,
): Promise<void> {
  await connection.run(
    `UPDATE _tidemark.watermarks SET row_count = (SELECT count(*) FROM ${from}) WHERE database = $1 AND table_name = $2`,
    [database, table],
  );
}

/** Writes what is committed with rows: the state, and the run's record in place of the one of its last commit. */
export async function writeCommit(
  connection: DuckdbConnection,
  commit: Commit,
  rows: number,
): Promise<TableState> {
  const state = { ...commit.state, rows };
  await writeState(connection, state);
  await writeRun(connection, commit.run);
  return state;
}

async function writeRun(connection: DuckdbConnection, run: RunRecord): Promise<void> {
  await connection.run('DELETE FROM _tidemark.runs WHERE run_id = $1 AND database = $2 AND table_name = $3', [
    run.runId,
    run.database,
    run.table,
  ]);
  await connection.run('INSERT INTO _tidemark.runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
    run.runId,
    run.database,
    run.table,
    run.mode,
    run.startedAt,
    run.finishedAt,
    BigInt(run.rows),
    stringify(run.from),
    stringify(run.to),
    run.bound,
    JSON.stringify(run.details),
  ]);
}

function stringify(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function parse(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null;
}
