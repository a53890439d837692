import type { RunRecord, TableName, TableState } from '../sink.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { isMissingTable } from './clickhouse-errors.ts';
import { literal } from './clickhouse-identifiers.ts';
import {
  type Intent,
  readIntents,
  readRuns,
  readWatermarks,
  runOf,
  stateFormat,
  stateOf,
  type Watermark,
} from './clickhouse-state.ts';
import { SEQUENCE } from './stored-columns.ts';
import { rowsName, workTables } from './work-tables.ts';

/**
 * How far tables are. A commit is an intent, then one change of the table, then the watermark; whoever finds an intent
 * without its watermark asks the table whether the change is there. So rows and watermark are never apart, whenever the
 * process was killed.
 */
export async function currentWatermarks(
  connection: ClickhouseConnection,
  table: TableName | null = null,
): Promise<readonly Watermark[]> {
  const watermarks = await readWatermarks(connection, table);
  const byTable = new Map(watermarks.map((watermark) => [keyOf(watermark), watermark]));
  for (const intent of await readIntents(connection, table)) {
    const known = byTable.get(keyOf(intent));
    if (known !== undefined && known.version >= intent.version) continue;
    if (!(await isDone(connection, intent))) continue;
    byTable.set(keyOf(intent), { ...intent, rows: await countRows(connection, intent) });
  }
  return [...byTable.values()];
}

function keyOf({ database, table }: TableName): string {
  return JSON.stringify([database, table]);
}

async function isDone(connection: ClickhouseConnection, intent: Intent): Promise<boolean> {
  const { action } = intent;
  if (action.kind === 'publish') {
    const uuid = await connection.value(
      `SELECT toString(uuid) AS uuid FROM system.tables
        WHERE database = ${literal(connection.address.database)} AND name = ${literal(rowsName(intent))}`,
    );
    return uuid === action.uuid;
  }
  const moved = await movedRows(connection, intent, action);
  return moved !== null && moved.count >= action.rows;
}

/** The rows that a commit put into its table, as a condition and as a number; null where there is no such table. */
async function movedRows(
  connection: ClickhouseConnection,
  intent: Intent,
  { into, after }: Extract<Intent['action'], { kind: 'move' }>,
) {
  const name = into === 'rows' ? rowsName(intent) : await loadOf(connection, intent);
  if (name === null) return null;
  const table = connection.qualified(name);
  const condition = `${SEQUENCE} > ${after} AND ${SEQUENCE} <= ${intent.version}`;
  try {
    const count = await connection.value(`SELECT toString(count()) AS c FROM ${table} WHERE ${condition}`);
    return { table, condition, count: Number(count) };
  } catch (error) {
    if (isMissingTable(error)) return null;
    throw error;
  }
}

/**
 * Takes back what is left of commits that were not done: a server that is killed in the middle of a move may keep some of
 * its parts. Of a table of current rows they stay, being what the source had, and are read and written again; in a change
 * log they would be there twice.
 */
export async function takeBack(
  connection: ClickhouseConnection,
  table: TableName,
  { version }: Pick<Watermark, 'version'>,
): Promise<void> {
  for (const intent of await readIntents(connection, table)) {
    if (intent.version <= version || intent.action.kind !== 'move') continue;
    if (stateOf(intent)?.append !== true) continue;
    const moved = await movedRows(connection, intent, intent.action);
    if (moved === null || moved.count === 0) continue;
    await connection.run(`ALTER TABLE ${moved.table}${connection.onCluster} DELETE WHERE ${moved.condition}`);
  }
}

async function loadOf(connection: ClickhouseConnection, table: TableName): Promise<string | null> {
  const tables = await workTables(connection, table);
  return tables.find(({ kind }) => kind === 'load')?.name ?? null;
}

/** Rows and versions of them that readers' table has; 0 where there is none. */
export async function countRows(connection: ClickhouseConnection, table: TableName): Promise<number> {
  try {
    return Number(
      await connection.value(`SELECT toString(count()) AS c FROM ${connection.qualified(rowsName(table))}`),
    );
  } catch (error) {
    if (isMissingTable(error)) return 0;
    throw error;
  }
}

export async function readStates(connection: ClickhouseConnection): Promise<readonly TableState[]> {
  if ((await stateFormat(connection)) === null) return [];
  const watermarks = await currentWatermarks(connection);
  return watermarks.map(stateOf).filter((state) => state !== null);
}

/** The records of the last runs, latest first: those of commits too whose record was not written any more. */
export async function lastRuns(
  connection: ClickhouseConnection,
  limit: number,
): Promise<readonly RunRecord[]> {
  if ((await stateFormat(connection)) === null) return [];
  const written = await readRuns(connection, limit);
  const watermarks = await currentWatermarks(connection);
  const committed = watermarks.filter(({ run }) => run !== '').map(({ run }) => runOf(run));
  const byRun = new Map(
    [...written, ...committed].map((run) => [JSON.stringify([run.runId, run.database, run.table]), run]),
  );
  return [...byRun.values()]
    .toSorted((left, right) => Date.parse(right.finishedAt) - Date.parse(left.finishedAt))
    .slice(0, limit);
}
