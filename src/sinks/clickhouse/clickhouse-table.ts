import {
  type BatchWriter,
  type Commit,
  type ComparisonRequest,
  type MergeWriter,
  type SinkTable,
  type TableState,
  type TargetTable,
  type WindowComparer,
  MERGE_ALL,
  type MergeOptions,
} from '../sink.ts';
import type { Claim } from './claim.ts';
import { ClickhouseComparer } from './clickhouse-comparer.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { columnList, literal, OWN_PREFIX } from './clickhouse-identifiers.ts';
import {
  type CatalogTable,
  definitions,
  engineOf,
  fitView,
  isAsMade,
  readTable,
  wantedColumns,
} from './clickhouse-schema.ts';
import { stateOf } from './clickhouse-state.ts';
import { commitChange } from './commits.ts';
import { fitTable } from './fit-table.ts';
import { changedRows, newVersions } from './row-queries.ts';
import { BlockInserts } from './stage-writer.ts';
import { DELETED_AT, filledColumns, SEQUENCE } from './stored-columns.ts';
import { TableWriter } from './table-writer.ts';
import { dropTable, rowsName } from './work-tables.ts';

/** What a table is written with. */
export interface Opened {
  readonly connection: ClickhouseConnection;
  readonly claim: Claim;
}

/** One table of a ClickHouse database, under a claim. */
export class ClickhouseTable implements SinkTable {
  readonly state: TableState | null;
  readonly output: string;
  readonly columns: readonly string[];
  readonly loadCanGoOn: boolean;
  readonly #opened: Opened;
  readonly #target: TargetTable;
  /** Where all rows are, and where those of a load are, as SQL writes the names. */
  readonly #rows: string;
  readonly #load: string;
  /** Whether readers have the table. */
  #exists: boolean;

  private constructor(
    opened: Opened,
    target: TargetTable,
    found: Pick<SinkTable, 'state' | 'loadCanGoOn' | 'columns'>,
  ) {
    const { connection, claim } = opened;
    this.#opened = opened;
    this.#target = target;
    this.#rows = connection.qualified(rowsName(target));
    this.#load = connection.qualified(claim.nameOf('load'));
    this.state = found.state;
    this.columns = found.columns;
    this.loadCanGoOn = found.loadCanGoOn;
    this.#exists = found.columns.length > 0;
    this.output = `${target.database}.${target.table} in ${connection.address.location}`;
  }

  static async open(opened: Opened, target: TargetTable): Promise<ClickhouseTable> {
    const { connection, claim } = opened;
    const table = await readTable(connection, rowsName(target));
    // A kill may have come between a change and the view of it.
    if (table !== null) await fitView(connection, target, table);
    const state = stateOf(claim.found);
    // A table that somebody dropped is loaded again, whatever the watermark says.
    const known = table !== null || (state !== null && state.loading !== null) ? state : null;
    const load = known?.loading == null ? null : await readTable(connection, claim.nameOf('load'));
    return new ClickhouseTable(opened, target, {
      state: known,
      columns: [...(table?.columns.keys() ?? [])].filter((column) => !column.startsWith(OWN_PREFIX)),
      loadCanGoOn: isAsMade(connection, load, target),
    });
  }

  async load(options: { readonly goOn: boolean }): Promise<BatchWriter> {
    const { connection, claim } = this.#opened;
    if (!options.goOn) {
      const columns = definitions(wantedColumns(connection, this.#target));
      await claim.make('load', `(${columns}) ${engineOf(connection, this.#target)}`);
    }
    await claim.shapeLike(this.#load);
    if (!this.#target.append) return this.#direct('load', this.#load);
    const raw = await this.#makeRaw(this.#load);
    return this.#staged('load', this.#load, raw, {
      sequenced: false,
      select: `SELECT ${columnList(this.#filled())} FROM ${raw}`,
    });
  }

  /** Puts a load in the table's place; readers' view stays as it is, unless its columns are others now. */
  async publish(commit: Commit): Promise<TableState> {
    const { connection, claim } = this.#opened;
    const load = await readTable(connection, claim.nameOf('load'));
    if (load === null) throw new Error('there is no load to publish');
    await claim.vouchFor(this.#load);
    const exists = this.#exists;
    return commitChange(connection, claim.next(), commit, {
      action: { kind: 'publish', uuid: load.uuid },
      make: () =>
        connection
          .run(
            exists
              ? `EXCHANGE TABLES ${this.#load} AND ${this.#rows}${connection.onCluster}`
              : `RENAME TABLE ${this.#load} TO ${this.#rows}${connection.onCluster}`,
          )
          .catch((error: unknown) => {
            throw claim.explain(error);
          }),
      finish: async () => {
        await fitView(connection, this.#target, load);
        if (exists) await dropTable(connection, claim.nameOf('load'));
        this.#exists = true;
      },
      outOfRange: 0,
    });
  }

  async merge({ skipUnchanged }: MergeOptions = MERGE_ALL): Promise<MergeWriter> {
    const { claim } = this.#opened;
    const table = await fitTable(this.#opened, this.#target);
    await claim.shapeLike(this.#rows);
    if (!this.#target.append && !skipUnchanged) return this.#direct('rows', this.#rows);
    const raw = await this.#makeRaw(this.#rows);
    const { key, cursor, append } = this.#target;
    const merging = { raw, rows: this.#rows, key, columns: this.#filled() };
    const select = append
      ? newVersions(merging, cursor)
      : changedRows({
          ...merging,
          dropped: this.#dropped(table),
          marks: table.columns.has(DELETED_AT),
        });
    return this.#staged('rows', this.#rows, raw, { sequenced: !append, select, counts: skipUnchanged });
  }

  async compare(request: ComparisonRequest): Promise<WindowComparer> {
    return ClickhouseComparer.open(this.#opened, this.#target, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.claim[Symbol.asyncDispose]();
  }

  #filled() {
    return filledColumns(this.#target, this.#opened.connection.address.outOfRange);
  }

  #dropped({ columns }: CatalogTable) {
    const filled = new Set(this.#filled().map(({ name }) => name));
    return [...columns.values()].filter(({ name }) => !filled.has(name) && !name.startsWith(OWN_PREFIX));
  }

  /** Rows go into the stage as they come. */
  #direct(into: 'rows' | 'load', table: string): MergeWriter {
    const { connection, claim } = this.#opened;
    const inserts = new BlockInserts(this.#opened, claim.stage, this.#target, { sequenced: true });
    return new TableWriter(this.#opened, inserts, {
      into,
      table,
      stage: async () => 0,
      discard: async () => {
        await connection.run(`TRUNCATE TABLE ${claim.stage}${connection.onCluster} SYNC`);
      },
    });
  }

  /** Rows wait in a table of their own; with a commit, the stage gets those that count. */
  #staged(
    into: 'rows' | 'load',
    table: string,
    raw: string,
    how: { readonly sequenced: boolean; readonly select: string; readonly counts?: boolean },
  ): MergeWriter {
    const { connection, claim } = this.#opened;
    const { append, key } = this.#target;
    const inserts = new BlockInserts(this.#opened, raw, this.#target, how);
    const names = [...this.#filled(), { name: SEQUENCE }];
    const distinct = append || key.length === 0 ? '' : columnList(key.map((name) => ({ name })));
    const count = async (what: string, from: string) =>
      Number(await connection.value(`SELECT toString(count(${what})) AS c FROM ${from}`));
    return new TableWriter(this.#opened, inserts, {
      into,
      table,
      stage: async ({ run }, version) => {
        const own = `, ${version}, ${literal(run.runId)}, parseDateTime64BestEffort(${literal(run.finishedAt)}, 6, 'UTC')`;
        const [columns, select] = append
          ? [
              columnList([...names, { name: '_tidemark_run_id' }, { name: '_tidemark_loaded_at' }]),
              `SELECT *${own} FROM (${how.select})`,
            ]
          : [columnList(names), how.select];
        await claim.fill(columns, select);
        const unchanged =
          how.counts === true
            ? (await count(distinct === '' ? '' : `DISTINCT ${distinct}`, raw)) -
              (await count('', claim.stage))
            : 0;
        await connection.run(`TRUNCATE TABLE ${raw}${connection.onCluster} SYNC`);
        return unchanged;
      },
      discard: async () => {
        await connection.run(`TRUNCATE TABLE ${raw}${connection.onCluster} SYNC`);
      },
    });
  }

  /** A table for rows as they come, with the columns of the one that they are for. */
  #makeRaw(table: string): Promise<string> {
    const { claim } = this.#opened;
    return claim.make('raw', `AS ${table}`);
  }
}
