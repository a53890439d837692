import type { ColumnBatch } from '../../rows/column-batch.ts';
import {
  type BatchWriter,
  type Commit,
  type ComparisonRequest,
  MERGE_ALL,
  type MergeOptions,
  type MergeWriter,
  type SinkTable,
  type TableName,
  type TableState,
  type TargetTable,
  type WindowComparer,
} from '../sink.ts';
import { DELETED_AT } from './compared-rows.ts';
import { newVersions, SEQUENCE, stamped } from './change-log.ts';
import type { Checkpoints } from './checkpoints.ts';
import { DuckdbComparer } from './duckdb-comparer.ts';
import { columnList, type DuckdbConnection, type DuckdbFile, duckdbIdentifier } from './duckdb-file.ts';
import {
  columnDefinitions,
  type DuckdbTableName,
  fitTable,
  foldName,
  qualified,
  sameColumns,
  storedDefinitions,
  tableColumns,
} from './duckdb-schema.ts';
import { DuckdbRows } from './duckdb-rows.ts';
import { writeCommit } from './duckdb-state.ts';
import { InsertingWriter } from './duckdb-writer.ts';
import { keepLatestVersions } from './latest-staged.ts';
import { type MemoryBudget, ROOM_TO_JOIN, roomToLoad } from './memory-budget.ts';
import { WidestVector } from './widest-vector.ts';

/** Rows of a load are in a table of this suffix until it is complete; a rename then puts it in the table's place. */
const LOADING_SUFFIX = '$loading';
/** Columns of the sink's own, which no source may have. */
const OWN_PREFIX = '_tidemark_';
/** Rows that are merged are in a temporary table of the connection first. */
const STAGE = 'tidemark_stage';

/** One table of a DuckDB file, on a connection and in transactions of its own. */
export class DuckdbTable implements SinkTable {
  readonly state: TableState | null;
  readonly output: string;
  readonly columns: readonly string[];
  readonly loadCanGoOn: boolean;
  readonly #connection: DuckdbConnection;
  readonly #memory: MemoryBudget;
  readonly #checkpoints: Checkpoints;
  readonly #target: TargetTable;
  readonly #name: DuckdbTableName;
  readonly #loading: DuckdbTableName;

  private constructor(
    connection: DuckdbConnection,
    { memory, checkpoints }: { readonly memory: MemoryBudget; readonly checkpoints: Checkpoints },
    target: TargetTable,
    opened: Pick<SinkTable, 'state' | 'loadCanGoOn' | 'output' | 'columns'> & {
      readonly name: DuckdbTableName;
    },
  ) {
    this.#connection = connection;
    this.#memory = memory;
    this.#checkpoints = checkpoints;
    this.#target = target;
    this.#name = opened.name;
    this.#loading = loadingName(opened.name);
    this.state = opened.state;
    this.loadCanGoOn = opened.loadCanGoOn;
    this.output = opened.output;
    this.columns = opened.columns;
  }

  static async open(
    {
      file,
      ...shared
    }: { readonly file: DuckdbFile; readonly memory: MemoryBudget; readonly checkpoints: Checkpoints },
    target: TargetTable,
    state: TableState | null,
  ): Promise<DuckdbTable> {
    const connection = await file.connect();
    const name = nameOf(file, target);
    try {
      const columns = [...(await tableColumns(connection, name)).keys()];
      const exists = columns.length > 0;
      const loading = await tableColumns(connection, loadingName(name));
      // A table that somebody dropped is loaded again, whatever the watermark says.
      const known = exists || (state !== null && state.loading !== null) ? state : null;
      return new DuckdbTable(connection, shared, target, {
        name,
        columns: columns.filter((column) => !foldName(column).startsWith(OWN_PREFIX)),
        state: known,
        loadCanGoOn: known !== null && known.loading !== null && sameColumns(loading, target),
        output: `${target.database}.${target.table} in ${file.path}`,
      });
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  async load(options: { readonly goOn: boolean }): Promise<BatchWriter> {
    const connection = this.#connection;
    const room = this.#target.append ? ROOM_TO_JOIN : roomToLoad(this.#target.columns.length);
    await this.#memory.claim(this, room);
    if (!options.goOn) {
      await connection.run(
        `CREATE OR REPLACE TABLE ${qualified(this.#loading)} (${storedDefinitions(this.#target)})`,
      );
    }
    if (this.#target.append) {
      return this.#stagedWriter(async (commit) => {
        await this.#append(this.#loading, `FROM ${STAGE}`, commit);
        return 0;
      });
    }
    return InsertingWriter.open(connection, {
      table: qualified(this.#loading),
      columns: this.#target.columns,
      reserve: this.#reserve(0),
      begin: async () => {},
      finish: async (commit) => writeCommit(connection, commit, await this.#rows()),
    });
  }

  async publish(commit: Commit): Promise<TableState> {
    const connection = this.#connection;
    const state = await connection.transaction(async () => {
      await connection.run(`DROP TABLE IF EXISTS ${qualified(this.#name)}`);
      await connection.run(
        `ALTER TABLE ${qualified(this.#loading)} RENAME TO ${duckdbIdentifier(this.#name.table)}`,
      );
      return writeCommit(connection, commit, await this.#rows());
    });
    await this.#checkpoints.published();
    return state;
  }

  async merge({ skipUnchanged }: MergeOptions = MERGE_ALL): Promise<MergeWriter> {
    const connection = this.#connection;
    await this.#memory.claim(this, ROOM_TO_JOIN);
    await fitTable(connection, this.#name, this.#target);
    const target = qualified(this.#name);
    if (this.#target.append) {
      const versions = newVersions(STAGE, target, this.#target);
      return this.#stagedWriter(async (commit) => {
        const added = await this.#append(this.#name, versions, commit);
        return skipUnchanged ? (await countRows(connection, `FROM ${STAGE}`)) - added : 0;
      });
    }
    const columns = columnList(this.#target.columns);
    const sameKey = this.#target.key
      .map((column) => `target.${duckdbIdentifier(column)} = stage.${duckdbIdentifier(column)}`)
      .join(' AND ');
    const live = (await tableColumns(connection, this.#name)).has(DELETED_AT)
      ? `target.${DELETED_AT} IS NULL`
      : 'TRUE';
    const sameRow = this.#target.columns
      .map(({ name }) => duckdbIdentifier(name))
      .map((column) => `target.${column} IS NOT DISTINCT FROM stage.${column}`)
      .join(' AND ');
    return this.#stagedWriter(async () => {
      await keepLatestVersions(connection, STAGE, this.#target.key);
      const unchanged = skipUnchanged
        ? await deleteRows(
            connection,
            `${STAGE} AS stage USING ${target} AS target WHERE ${sameKey} AND ${live} AND ${sameRow}`,
          )
        : 0;
      await connection.run(`DELETE FROM ${target} AS target USING ${STAGE} AS stage WHERE ${sameKey}`);
      await connection.run(`INSERT INTO ${target} (${columns}) SELECT ${columns} FROM ${STAGE}`);
      return unchanged;
    });
  }

  async compare(request: ComparisonRequest): Promise<WindowComparer> {
    await this.#memory.claim(this, ROOM_TO_JOIN);
    await fitTable(this.#connection, this.#name, this.#target);
    const rows = await DuckdbRows.open(this.#connection, this.#name, this.#target, request);
    return DuckdbComparer.open(this.#connection, this.#target, request, rows);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#memory.release(this);
    this.#connection[Symbol.dispose]();
  }

  /** Makes room for ever wider batches, and never for less than what is claimed already. */
  #reserve(claimed: number): (batch: ColumnBatch) => Promise<void> {
    const widest = new WidestVector();
    const columns = this.#target.columns.length;
    return (batch) => this.#memory.claim(this, Math.max(claimed, roomToLoad(columns, widest.add(batch))));
  }

  /**
   * A writer whose rows are staged, and put in their place by `move` in the transaction that commits them; it returns how
   * many rows it left out.
   */
  #stagedWriter(move: (commit: Commit) => Promise<number>): Promise<MergeWriter> {
    const connection = this.#connection;
    let unchanged = 0;
    return InsertingWriter.open(connection, {
      table: STAGE,
      columns: this.#target.columns,
      reserve: this.#reserve(ROOM_TO_JOIN),
      begin: () =>
        connection.run(`CREATE OR REPLACE TEMP TABLE ${STAGE} (${columnDefinitions(this.#target)})`),
      finish: async (commit) => {
        unchanged += await move(commit);
        return writeCommit(connection, commit, await this.#rows());
      },
      unchanged: () => unchanged,
    });
  }

  /** Adds rows to a change log, as those of one commit. Returns how many. */
  async #append(log: DuckdbTableName, select: string, commit: Commit): Promise<number> {
    const last = await this.#connection.rows(`SELECT max(${SEQUENCE}) AS last FROM ${qualified(log)}`);
    const sequence = Number(last[0]?.['last'] ?? 0) + 1;
    const inserted = await this.#connection.rows(
      `INSERT INTO ${qualified(log)} BY NAME ${stamped(select, this.#target, sequence, commit)}`,
    );
    return Number(inserted[0]?.['Count'] ?? 0);
  }

  /** Rows that readers see. */
  async #rows(): Promise<number> {
    if ((await tableColumns(this.#connection, this.#name)).size === 0) return 0;
    return countRows(this.#connection, `FROM ${qualified(this.#name)}`);
  }
}

async function countRows(connection: DuckdbConnection, from: string): Promise<number> {
  const rows = await connection.rows(`SELECT count(*) AS count ${from}`);
  return Number(rows[0]?.['count'] ?? 0);
}

/** Runs a DELETE and returns how many rows it deleted. */
async function deleteRows(connection: DuckdbConnection, rest: string): Promise<number> {
  const deleted = await connection.rows(`DELETE FROM ${rest}`);
  return Number(deleted[0]?.['Count'] ?? 0);
}

function nameOf({ catalog }: DuckdbFile, { database, table }: TableName): DuckdbTableName {
  return { catalog, schema: database, table };
}

function loadingName({ table, ...place }: DuckdbTableName): DuckdbTableName {
  return { ...place, table: `${table}${LOADING_SUFFIX}` };
}

/** DuckDB does not tell names apart by the case of ASCII letters, and a load has a table of its own. */
export function duckdbPlaces(table: string): readonly string[] {
  return [table, `${table}${LOADING_SUFFIX}`].map(foldName);
}
