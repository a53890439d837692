import type { ComparisonRequest, TargetTable } from '../sink.ts';
import { COMPARISON, type ComparedRows, DELETED_AT } from './compared-rows.ts';
import { columnList, type DuckdbConnection, duckdbIdentifier } from './duckdb-file.ts';
import { countRowsAnew } from './duckdb-state.ts';
import { type DuckdbTableName, qualified, tableColumns } from './duckdb-schema.ts';

/** The rows of a table of a DuckDB file, mended in place: each call is a transaction. */
export class DuckdbRows implements ComparedRows {
  readonly #connection: DuckdbConnection;
  readonly #table: string;
  readonly #target: TargetTable;
  readonly #live: string;

  private constructor(
    connection: DuckdbConnection,
    name: DuckdbTableName,
    target: TargetTable,
    live: string,
  ) {
    this.#connection = connection;
    this.#table = qualified(name);
    this.#target = target;
    this.#live = live;
  }

  static async open(
    connection: DuckdbConnection,
    name: DuckdbTableName,
    target: TargetTable,
    { action }: ComparisonRequest,
  ): Promise<DuckdbRows> {
    let marks = (await tableColumns(connection, name)).has(DELETED_AT);
    if (action === 'mark' && !marks) {
      await connection.run(
        `ALTER TABLE ${qualified(name)} ADD COLUMN ${DELETED_AT} TIMESTAMP WITH TIME ZONE`,
      );
      marks = true;
    }
    return new DuckdbRows(connection, name, target, marks ? `${DELETED_AT} IS NULL` : 'TRUE');
  }

  select(condition: string): string {
    return `FROM ${this.#table} WHERE (${condition}) AND ${this.#live}`;
  }

  mend(request: ComparisonRequest): Promise<void> {
    return this.#connection.transaction(async () => {
      await this.#mend(request);
      await countRowsAnew(this.#connection, this.#target, this.#table);
    });
  }

  async commit(): Promise<void> {
    // Every window is mended in a transaction of its own.
  }

  async #mend({ by, action }: ComparisonRequest): Promise<void> {
    const connection = this.#connection;
    const { found, stage } = COMPARISON;
    const sameKey = this.#target.key
      .map((column) => `target.${duckdbIdentifier(column)} = found.${duckdbIdentifier(column)}`)
      .join(' AND ');
    if (action === 'mark') {
      await connection.run(
        `UPDATE ${this.#table} AS target SET ${DELETED_AT} = now() FROM ${found} AS found WHERE kind = 'extra' AND ${sameKey}`,
      );
    }
    const replaced = action === 'mark' ? "kind <> 'extra'" : 'TRUE';
    await connection.run(
      `DELETE FROM ${this.#table} AS target USING ${found} AS found WHERE ${replaced} AND ${sameKey}`,
    );
    if (by === 'keys') return;
    const columns = columnList(this.#target.columns);
    await connection.run(
      `INSERT INTO ${this.#table} (${columns}) SELECT ${columns} FROM ${stage} SEMI JOIN ${found} USING (${this.#target.key.map(duckdbIdentifier).join(', ')})`,
    );
  }
}
