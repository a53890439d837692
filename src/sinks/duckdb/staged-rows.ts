import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { TargetColumn } from '../sink.ts';
import type { BatchPump } from './batch-pump.ts';
import type { DuckdbConnection } from './duckdb-file.ts';
import { columnDefinitions } from './duckdb-schema.ts';
import { insertingPump } from './duckdb-writer.ts';

/** Rows of the source in a temporary table of a connection, one set after the other. */
export class StagedRows {
  readonly #create: () => Promise<void>;
  readonly #pump: BatchPump;
  #begun = false;

  private constructor(create: () => Promise<void>, pump: BatchPump) {
    this.#create = create;
    this.#pump = pump;
  }

  /** The table is made when the first set begins. */
  static async open(
    connection: DuckdbConnection,
    table: string,
    columns: readonly TargetColumn[],
  ): Promise<StagedRows> {
    const create = () =>
      connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${columnDefinitions({ columns })})`);
    return new StagedRows(create, await insertingPump(connection, { table, columns }));
  }

  /** Takes a batch over; the first one of a set makes the table empty. */
  async write(batch: ColumnBatch): Promise<void> {
    await this.#begin();
    this.#pump.write(batch);
  }

  /** Ends a set: its rows are in the table. None is a table without rows. */
  async close(): Promise<void> {
    await this.#begin();
    await this.#pump.flush();
    this.#begun = false;
  }

  /** The rows so far are in the table, and more of the set may follow. */
  async flush(): Promise<void> {
    await this.#begin();
    await this.#pump.flush();
  }

  async discard(): Promise<void> {
    await this.#pump.discard();
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    await this.#create();
    this.#begun = true;
  }
}
