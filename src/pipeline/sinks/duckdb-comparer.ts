import type { ColumnBatch } from '../column-batch.ts';
import type {
  ComparisonRequest,
  KeyWindow,
  TargetTable,
  WindowComparer,
  WindowDifferences,
} from '../sink.ts';
import { type DuckdbConnection, duckdbIdentifier } from './duckdb-file.ts';
import { columnDefinitions, type DuckdbTableName, qualified, tableColumns } from './duckdb-schema.ts';
import { notYetCondition, windowCondition } from './duckdb-window.ts';
import type { BatchPump } from './batch-pump.ts';
import { insertingPump } from './duckdb-writer.ts';

/** Rows of the source, of one window. */
const STAGE = 'tidemark_window';
/** Keys that differ in the window, and how. */
const FOUND = 'tidemark_found';
/** When a row was found to be gone from the source. */
const DELETED_AT = '_tidemark_deleted_at';

/**
 * Compares windows in DuckDB, with the types that a run writes: a window of the source is staged, and both sides are
 * subtracted from each other.
 */
export class DuckdbComparer implements WindowComparer {
  readonly #connection: DuckdbConnection;
  readonly #name: DuckdbTableName;
  readonly #target: TargetTable;
  readonly #request: ComparisonRequest;
  /** What is compared: all columns, or those of the key. */
  readonly #columns: TargetTable['columns'];
  readonly #live: string;
  readonly #pump: BatchPump;
  #staged = false;

  private constructor(
    connection: DuckdbConnection,
    name: DuckdbTableName,
    target: TargetTable,
    request: ComparisonRequest,
    marks: boolean,
    pump: BatchPump,
  ) {
    this.#connection = connection;
    this.#name = name;
    this.#target = target;
    this.#request = request;
    this.#columns = comparedColumns(target, request);
    this.#pump = pump;
    this.#live = marks ? `${DELETED_AT} IS NULL` : 'TRUE';
  }

  static async open(
    connection: DuckdbConnection,
    name: DuckdbTableName,
    target: TargetTable,
    request: ComparisonRequest,
  ): Promise<DuckdbComparer> {
    let marks = (await tableColumns(connection, name)).has(DELETED_AT);
    if (request.action === 'mark' && !marks) {
      await connection.run(
        `ALTER TABLE ${qualified(name)} ADD COLUMN ${DELETED_AT} TIMESTAMP WITH TIME ZONE`,
      );
      marks = true;
    }
    const pump = await insertingPump(connection, { table: STAGE, columns: comparedColumns(target, request) });
    return new DuckdbComparer(connection, name, target, request, marks, pump);
  }

  async write(batch: ColumnBatch): Promise<void> {
    await this.#begin();
    this.#pump.write(batch);
  }

  async close(window: KeyWindow): Promise<WindowDifferences> {
    await this.#begin();
    await this.#pump.flush();
    this.#staged = false;
    await this.#find(window);
    const rows = await this.#connection.rows(`SELECT kind, count(*) AS count FROM ${FOUND} GROUP BY kind`);
    const count = (kind: string) => Number(rows.find((row) => row['kind'] === kind)?.['count'] ?? 0);
    const differences = { missing: count('missing'), extra: count('extra'), different: count('different') };
    if (rows.length > 0 && this.#request.action !== 'report')
      await this.#connection.transaction(() => this.#mend());
    return differences;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pump.discard();
  }

  async #begin(): Promise<void> {
    if (this.#staged) return;
    const definitions = columnDefinitions({ ...this.#target, columns: this.#columns });
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${STAGE} (${definitions})`);
    this.#staged = true;
  }

  async #find(window: KeyWindow): Promise<void> {
    const { by } = this.#request;
    const columns = list(this.#columns.map((column) => column.name));
    const key = list(this.#target.key);
    const cursor = this.#target.columns.find((column) => column.name === this.#target.cursor)!;
    // By keys the cursor is not there, and need not be: what the sink has is never newer than the source's snapshot.
    const notYet = by === 'rows' ? notYetCondition(cursor, window.notYet) : 'FALSE';
    const inWindow = windowCondition(keyColumns(this.#target), window);
    await this.#connection.run(`
      CREATE OR REPLACE TEMP TABLE ${FOUND} AS
      WITH later AS (SELECT ${key} FROM ${STAGE} WHERE ${notYet}),
        source AS (SELECT ${columns} FROM ${STAGE} WHERE NOT ${notYet}),
        sink AS (
          SELECT ${columns} FROM (FROM ${qualified(this.#name)} WHERE (${inWindow}) AND ${this.#live})
          ANTI JOIN later USING (${key})),
        unequal AS (
          SELECT ${key} FROM (SELECT * FROM source EXCEPT ALL SELECT * FROM sink)
          UNION SELECT ${key} FROM (SELECT * FROM sink EXCEPT ALL SELECT * FROM source)),
        kinds AS (
          SELECT *, 'different' AS kind FROM (FROM unequal SEMI JOIN source USING (${key})) SEMI JOIN sink USING (${key})
          UNION ALL SELECT *, 'missing' FROM unequal ANTI JOIN sink USING (${key})
          UNION ALL SELECT *, 'extra' FROM unequal ANTI JOIN source USING (${key}))
      FROM kinds ${by === 'keys' ? "WHERE kind = 'extra'" : ''}`);
  }

  async #mend(): Promise<void> {
    const table = qualified(this.#name);
    const sameKey = this.#target.key
      .map((column) => `target.${duckdbIdentifier(column)} = found.${duckdbIdentifier(column)}`)
      .join(' AND ');
    if (this.#request.action === 'mark') {
      await this.#connection.run(
        `UPDATE ${table} AS target SET ${DELETED_AT} = now() FROM ${FOUND} AS found WHERE kind = 'extra' AND ${sameKey}`,
      );
      await this.#connection.run(`DELETE FROM ${FOUND} WHERE kind = 'extra'`);
    }
    await this.#connection.run(`DELETE FROM ${table} AS target USING ${FOUND} AS found WHERE ${sameKey}`);
    if (this.#request.by === 'keys') return;
    const columns = list(this.#columns.map((column) => column.name));
    await this.#connection.run(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${STAGE} SEMI JOIN ${FOUND} USING (${list(this.#target.key)})`,
    );
  }
}

function comparedColumns(target: TargetTable, { by }: ComparisonRequest): TargetTable['columns'] {
  return by === 'rows' ? target.columns : keyColumns(target);
}

function keyColumns(target: TargetTable): TargetTable['columns'] {
  return target.key.map((name) => target.columns.find((column) => column.name === name)!);
}

function list(names: readonly string[]): string {
  return names.map(duckdbIdentifier).join(', ');
}
