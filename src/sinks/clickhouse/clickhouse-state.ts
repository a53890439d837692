import { ConfigurationError, RefusedError } from '../../errors.ts';
import { keptRun, keptState } from '../kept-state.ts';
import { checkedFormat, damagedState } from '../refused-state.ts';
import type { RunRecord, TableName, TableState } from '../sink.ts';
import type { ClickhouseConnection, ClickhouseRow } from './clickhouse-connection.ts';
import { identifier, literal } from './clickhouse-identifiers.ts';

/** Version of the tables below. A database with a later one was written by a tidemark that knows more. */
const FORMAT = 1;
const WATERMARKS = '_tidemark_watermarks';
const INTENTS = '_tidemark_intents';
const RUNS = '_tidemark_runs';
const FORMATS = '_tidemark_format';
/** Bits of a version that count within an epoch; those above are the epoch. */
const NUMBER_BITS = 32n;

/** (epoch, number) as one number: what a later claim writes is larger than all that an earlier one can. */
export function versionOf(epoch: number, number: number): bigint {
  return (BigInt(epoch) << NUMBER_BITS) | BigInt(number);
}

export function epochOf(version: bigint): number {
  return Number(version >> NUMBER_BITS);
}

/** What a commit puts in its place; a recovery asks the server whether it is there. */
export type Action =
  /** So many rows with these sequences: after the first, up to and with the version of the commit. */
  | { readonly kind: 'move'; readonly into: 'rows' | 'load'; readonly after: string; readonly rows: number }
  /** A load becomes the table: it has an identity of its own, whatever it is called. */
  | { readonly kind: 'publish'; readonly uuid: string };

/** What a commit says beside its rows; an empty state where the table is not known. */
export interface CommitRecord {
  readonly state: string;
  readonly rows: number;
  readonly run: string;
}

export interface Watermark extends TableName, CommitRecord {
  readonly version: bigint;
}

export interface Intent extends Watermark {
  readonly action: Action;
}

/** Makes the database and the state's tables where they are not. Throws a RefusedError for state of another format. */
export async function prepareState(connection: ClickhouseConnection): Promise<void> {
  const { database } = connection.address;
  const [found] = await connection.rows(
    `SELECT engine FROM system.databases WHERE name = ${literal(database)}`,
  );
  const engine = found === undefined ? null : String(found['engine']);
  if (engine !== null && !['Atomic', 'Replicated', 'Shared'].includes(engine)) {
    throw new RefusedError(
      `${connection.address.location}: a database of the engine ${engine} cannot exchange tables`,
      {
        hint: 'name a database of the engine Atomic, which is the default',
      },
    );
  }
  if (connection.address.cluster !== null) await checkCluster(connection, connection.address.cluster);
  if ((await stateFormat(connection)) === null) await makeState(connection, engine === null);
}

/**
 * The format of the state in a database; null where no extract-load has ever used it, or the first one was cut short while
 * it made the tables, of which the format's is the last. Throws a RefusedError for a newer format, and for state that is
 * damaged.
 */
export async function stateFormat(connection: ClickhouseConnection): Promise<number | null> {
  const { database, location } = connection.address;
  const tables = [WATERMARKS, INTENTS, RUNS, FORMATS];
  const rows = await connection.rows(
    `SELECT name FROM system.tables WHERE database = ${literal(database)} AND name IN (${tables.map(literal).join(', ')})`,
  );
  const names = new Set(rows.map((row) => row['name']));
  if (!names.has(FORMATS)) return null;
  const missing = tables.filter((name) => !names.has(name));
  if (missing.length > 0) throw damagedState(location, `it has no table ${missing.join(', ')}`);
  const version = await connection.value(`SELECT max(version) AS v FROM ${connection.qualified(FORMATS)}`);
  return checkedFormat(location, version, FORMAT);
}

/** Replicas of one shard all have the same rows; what is on several shards could not be moved at once. */
async function checkCluster(connection: ClickhouseConnection, cluster: string): Promise<void> {
  const shards = Number(
    await connection.value(
      `SELECT uniqExact(shard_num) AS shards FROM system.clusters WHERE cluster = ${literal(cluster)}`,
    ),
  );
  const { location } = connection.address;
  if (shards === 0) {
    throw new ConfigurationError([`${location}: the server knows no cluster "${cluster}"`], {
      hint: 'system.clusters lists those that it knows',
    });
  }
  if (shards === 1) return;
  throw new RefusedError(
    `${location}: the cluster "${cluster}" has ${shards} shards, and a commit needs one`,
    {
      hint: 'name a cluster of one shard and any number of replicas',
    },
  );
}

async function makeState(connection: ClickhouseConnection, withDatabase: boolean): Promise<void> {
  const { address, onCluster } = connection;
  if (withDatabase)
    await connection.run(`CREATE DATABASE IF NOT EXISTS ${identifier(address.database)}${onCluster}`);
  const make = (name: string, columns: string, key: string) =>
    connection.run(
      `CREATE TABLE IF NOT EXISTS ${connection.qualified(name)}${onCluster} (${columns})
       ENGINE = ${connection.engine('ReplacingMergeTree', 'version')} ORDER BY (${key})`,
    );
  const commit =
    'database String, table_name String, version UInt64, state String, row_count UInt64, run String';
  await make(
    WATERMARKS,
    `${commit}, written_at DateTime64(3, 'UTC') DEFAULT now64(3)`,
    'database, table_name',
  );
  await make(INTENTS, `${commit}, action String`, 'database, table_name');
  await make(
    RUNS,
    `run_id String, database String, table_name String, version UInt64, record String, finished_at DateTime64(3, 'UTC'),
     out_of_range UInt64 COMMENT 'values of dates and times that the policy replaced, in the last commit'`,
    'run_id, database, table_name',
  );
  // The last one: where it is, all are.
  await make(FORMATS, 'version UInt32', 'tuple()');
  await connection.run(`INSERT INTO ${connection.qualified(FORMATS)} VALUES (${FORMAT})`);
}

const COMMIT_COLUMNS =
  'database, table_name, toString(version) AS version, state, toString(row_count) AS row_count, run';

export async function readWatermarks(
  connection: ClickhouseConnection,
  table: TableName | null = null,
): Promise<readonly Watermark[]> {
  const rows = await connection.rows(
    `SELECT ${COMMIT_COLUMNS} FROM ${connection.qualified(WATERMARKS)} FINAL ${ofTable(table)} ORDER BY database, table_name`,
  );
  return rows.map(watermarkOf);
}

/** The last intent of each table, whatever became of it. */
export async function readIntents(
  connection: ClickhouseConnection,
  table: TableName | null = null,
): Promise<readonly Intent[]> {
  const rows = await connection.rows(
    `SELECT ${COMMIT_COLUMNS}, action FROM ${connection.qualified(INTENTS)} FINAL ${ofTable(table)}`,
  );
  return rows.map((row) => ({ ...watermarkOf(row), action: JSON.parse(String(row['action'])) as Action }));
}

function ofTable(table: TableName | null): string {
  return table === null
    ? ''
    : `WHERE database = ${literal(table.database)} AND table_name = ${literal(table.table)}`;
}

function watermarkOf(row: ClickhouseRow): Watermark {
  return {
    database: String(row['database']),
    table: String(row['table_name']),
    version: BigInt(String(row['version'])),
    state: String(row['state']),
    rows: Number(row['row_count']),
    run: String(row['run']),
  };
}

/**
 * The state that a watermark has; null where the table is not known, or no longer. Throws a RefusedError for what is no
 * state.
 */
export function stateOf({ state, rows, ...of }: CommitRecord & Partial<TableName>): TableState | null {
  if (state === '') return null;
  const where = of.table === undefined ? 'the state of a table' : `the state of ${of.database}.${of.table}`;
  return keptState(`${where} in ClickHouse`, () => ({ ...(JSON.parse(state) as object), rows }));
}

/** The record of a run, as it was written. Throws a RefusedError for what is none. */
export function runOf(record: string): RunRecord {
  return keptRun('the record of a run in ClickHouse', () => JSON.parse(record) as unknown);
}

/** A state as it is kept: what only a later version knows stays in it. */
export function stateText(state: Omit<TableState, 'rows'>): string {
  return JSON.stringify({ ...state, rows: undefined });
}

export async function writeWatermark(connection: ClickhouseConnection, watermark: Watermark): Promise<void> {
  await connection.run(
    `INSERT INTO ${connection.qualified(WATERMARKS)} (database, table_name, version, state, row_count, run) VALUES (${values(watermark)})`,
  );
}

export async function writeIntent(connection: ClickhouseConnection, intent: Intent): Promise<void> {
  await connection.run(
    `INSERT INTO ${connection.qualified(INTENTS)} (database, table_name, version, state, row_count, run, action)
     VALUES (${values(intent)}, ${literal(JSON.stringify(intent.action))})`,
  );
}

function values({ database, table, version, state, rows, run }: Watermark): string {
  return [literal(database), literal(table), version, literal(state), rows, literal(run)].join(', ');
}

/** The largest version that was ever written of a table; 0 where there is none. */
export async function lastVersion(connection: ClickhouseConnection, table: TableName): Promise<bigint> {
  const of = (name: string) =>
    `SELECT max(version) AS version FROM ${connection.qualified(name)} ${ofTable(table)}`;
  const version = await connection.value(
    `SELECT toString(max(version)) AS last FROM (${of(WATERMARKS)} UNION ALL ${of(INTENTS)})`,
  );
  return BigInt(String(version));
}

/** Writes the record of a run, in place of the one of its last commit. */
export async function writeRun(
  connection: ClickhouseConnection,
  { run, version }: Pick<Watermark, 'run' | 'version'>,
  outOfRange: number,
): Promise<void> {
  if (run === '') return;
  const record = JSON.parse(run) as RunRecord;
  const fields = [record.runId, record.database, record.table].map(literal).join(', ');
  await connection.run(
    `INSERT INTO ${connection.qualified(RUNS)} (run_id, database, table_name, version, record, finished_at, out_of_range)
     VALUES (${fields}, ${version}, ${literal(run)}, parseDateTime64BestEffort(${literal(record.finishedAt)}, 3, 'UTC'), ${outOfRange})`,
  );
}

/** The records of the last runs, latest first, as they were written. */
export async function readRuns(
  connection: ClickhouseConnection,
  limit: number,
): Promise<readonly RunRecord[]> {
  const rows = await connection.rows(
    `SELECT record FROM ${connection.qualified(RUNS)} FINAL ORDER BY finished_at DESC LIMIT ${limit}`,
  );
  return rows.map((row) => runOf(String(row['record'])));
}
