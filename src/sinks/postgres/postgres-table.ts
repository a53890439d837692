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
import { insertVersions, newVersions } from './change-log.ts';
import type { Claim } from './claim.ts';
import { CopyInto, CopyWriter } from './copy-writer.ts';
import { PostgresComparer } from './postgres-comparer.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { columnList, identifier, quoted, sameKey, storedName } from './postgres-identifiers.ts';
import {
  columnDefinitions,
  DELETED_AT,
  fitTable,
  hasKey,
  loadingName,
  type PostgresTableName,
  publishedName,
  qualified,
  sameColumns,
  SEQUENCE,
  setKey,
  storedDefinitions,
  tableColumns,
} from './postgres-schema.ts';
import { writeCommit } from './postgres-state.ts';

/** Rows that are merged are in a temporary table of the transaction first. */
const STAGE = 'pg_temp.tidemark_stage';

/** What begins like this is the sink's own. */
const OWN_PREFIX = '_tidemark_';

/** What a table is written with. */
interface Opened {
  readonly connection: PostgresConnection;
  readonly claim: Claim;
}

/** One table of a PostgreSQL database, on a connection of its own and under a claim. */
export class PostgresTable implements SinkTable {
  readonly state: TableState | null;
  readonly output: string;
  readonly columns: readonly string[];
  readonly loadCanGoOn: boolean;
  readonly #connection: PostgresConnection;
  readonly #claim: Claim;
  readonly #target: TargetTable;
  readonly #table: string;
  readonly #loading: string;
  /** Rows that readers see, as of the last commit. */
  #rows: number;

  private constructor(
    { connection, claim }: Opened,
    target: TargetTable,
    opened: Pick<SinkTable, 'state' | 'loadCanGoOn' | 'columns'> & { readonly rows: number },
  ) {
    this.#connection = connection;
    this.#claim = claim;
    this.#target = target;
    this.#table = qualified(publishedName(target));
    this.#loading = qualified(loadingName(target));
    this.state = opened.state;
    this.columns = opened.columns;
    this.loadCanGoOn = opened.loadCanGoOn;
    this.output = `${target.database}.${target.table} in ${connection.address.location}`;
    this.#rows = opened.rows;
  }

  static async open(opened: Opened, target: TargetTable, state: TableState | null): Promise<PostgresTable> {
    const { connection } = opened;
    const columns = [...(await tableColumns(connection, publishedName(target))).keys()];
    const exists = columns.length > 0;
    const loading = await tableColumns(connection, loadingName(target));
    // A table that somebody dropped is loaded again, whatever the watermark says.
    const known = exists || (state !== null && state.loading !== null) ? state : null;
    const rows = known === null && exists ? await countRows(connection, qualified(publishedName(target))) : 0;
    return new PostgresTable(opened, target, {
      state: known,
      // Of a table whose state is forgotten nobody knows.
      rows: known?.rows ?? rows,
      columns: columns.filter((column) => !column.startsWith(OWN_PREFIX)),
      loadCanGoOn: known !== null && known.loading !== null && sameColumns(loading, target),
    });
  }

  async load(options: { readonly goOn: boolean }): Promise<BatchWriter> {
    const connection = this.#connection;
    if (!options.goOn) {
      await connection.transaction(async () => {
        await connection.run(`DROP TABLE IF EXISTS ${this.#loading}`);
        await connection.run(`CREATE TABLE ${this.#loading} (${storedDefinitions(this.#target)})`);
        await this.#claim.confirm(connection);
      });
    }
    if (this.#target.append) {
      return this.#stagedWriter(async (commit) => {
        const written = await this.#append(this.#loading, `SELECT * FROM ${STAGE}`, commit);
        return { added: 0, written };
      }, false);
    }
    return new CopyWriter(connection, new CopyInto(connection, this.#loading, this.#target), {
      begin: async () => {},
      finish: (commit) => this.#finish(commit, 0),
    });
  }

  /**
   * Puts a load in the table's place. A table that is there already stays the same table, with the grants, comments,
   * indexes, policies and views that people gave it, and is read while its rows are replaced: those that differ are
   * written, those that are gone are deleted, all in one transaction.
   */
  async publish(commit: Commit): Promise<TableState> {
    const connection = this.#connection;
    const name = publishedName(this.#target);
    const exists = (await tableColumns(connection, name)).size > 0;
    const keyed = this.#target.key.length > 0 && !this.#target.append;
    if (keyed && !(await hasKey(connection, loadingName(this.#target), this.#target.key))) {
      await connection.transaction(() => setKey(connection, loadingName(this.#target), this.#target.key));
    }
    return connection.transaction(async () => {
      const rows = await countRows(connection, this.#loading);
      if (exists) await this.#replaceRows(keyed);
      else await this.#moveIn();
      return this.#finish(commit, rows - this.#rows);
    }, this.#table);
  }

  async merge({ skipUnchanged }: MergeOptions = MERGE_ALL): Promise<MergeWriter> {
    const connection = this.#connection;
    const name = publishedName(this.#target);
    await connection.transaction(
      () => fitTable(connection, name, this.#target, { replaced: false }),
      this.#table,
    );
    if (this.#target.append) {
      const versions = newVersions(STAGE, this.#table, this.#target);
      return this.#stagedWriter(async (commit) => {
        const added = await this.#append(this.#table, versions, commit);
        return { added, written: added };
      }, skipUnchanged);
    }
    if (!(await hasKey(connection, name, this.#target.key))) {
      await connection.transaction(() => setKey(connection, name, this.#target.key), this.#table);
    }
    const found = await this.#found(name);
    const move = () => upsert(connection, this.#table, this.#target, { from: STAGE, ...found });
    return this.#stagedWriter(move, skipUnchanged);
  }

  async compare(request: ComparisonRequest): Promise<WindowComparer> {
    return PostgresComparer.open(this.#connection, this.#claim, this.#target, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
    await this.#claim[Symbol.asyncDispose]();
  }

  /** What a table has beside the columns of this run. */
  async #found(name: PostgresTableName) {
    const present = [...(await tableColumns(this.#connection, name)).keys()];
    const known = new Set(this.#target.columns.map((column) => storedName(column.name)));
    return {
      unmark: present.includes(DELETED_AT),
      dropped: present.filter((column) => !known.has(column) && !column.startsWith(OWN_PREFIX)),
    };
  }

  /** A writer whose rows are staged, and put in their place by `move`. */
  #stagedWriter(move: (commit: Commit) => Promise<Moved>, skipUnchanged: boolean): MergeWriter {
    const connection = this.#connection;
    const { key, append } = this.#target;
    const distinct = append || key.length === 0 ? '*' : `DISTINCT (${key.map(identifier).join(', ')})`;
    return new CopyWriter(connection, new CopyInto(connection, STAGE, this.#target), {
      begin: async () => {
        await connection.run(
          `CREATE TEMPORARY TABLE tidemark_stage (${columnDefinitions(this.#target)}) ON COMMIT DROP`,
        );
      },
      finish: async (commit, counted) => {
        const staged = skipUnchanged
          ? Number(await connection.value(`SELECT count(${distinct}) FROM ${STAGE}`))
          : 0;
        const { added, written } = await move(commit);
        if (skipUnchanged) counted.unchanged += staged - written;
        return this.#finish(commit, added);
      },
    });
  }

  /** Adds rows to a change log, as those of one commit. */
  #append(log: string, select: string, commit: Commit): Promise<number> {
    const sequence = `(SELECT coalesce(max(${SEQUENCE}), 0) + 1 FROM ${log})`;
    return this.#connection.run(insertVersions(log, this.#target, { select, sequence }, commit));
  }

  /** Makes the load the table. Its indexes take the table's name, as if they had been made with it. */
  async #moveIn(): Promise<void> {
    const { schema } = publishedName(this.#target);
    const connection = this.#connection;
    const moved = `${identifier(schema)}.${identifier(loadingName(this.#target).table)}`;
    await connection.run(`ALTER TABLE ${this.#loading} SET SCHEMA ${identifier(schema)}`);
    await connection.run(`ALTER TABLE ${moved} RENAME TO ${identifier(this.#target.table)}`);
    if (this.#target.append || this.#target.key.length === 0) return;
    const constraint = await connection.value(
      "SELECT conname FROM pg_catalog.pg_constraint WHERE conrelid = $1::regclass AND contype = 'p'",
      [this.#table],
    );
    await connection.run(
      `ALTER TABLE ${this.#table} RENAME CONSTRAINT ${identifier(String(constraint))} TO ${identifier(`${this.#target.table}_pkey`)}`,
    );
  }

  async #replaceRows(keyed: boolean): Promise<void> {
    const connection = this.#connection;
    const name = publishedName(this.#target);
    await fitTable(connection, name, this.#target, { replaced: true });
    const columns = columnList(this.#target.columns);
    if (keyed && (await hasKey(connection, name, this.#target.key))) {
      const gone = `NOT EXISTS (SELECT FROM ${this.#loading} AS loaded WHERE ${sameKey(this.#target.key, 'loaded', 'target')})`;
      await connection.run(`DELETE FROM ${this.#table} AS target WHERE ${gone}`);
      await upsert(connection, this.#table, this.#target, {
        from: this.#loading,
        ...(await this.#found(name)),
      });
    } else {
      await connection.run(`DELETE FROM ${this.#table}`);
      const all = this.#target.append
        ? `${columns}, ${SEQUENCE}, _tidemark_run_id, _tidemark_loaded_at`
        : columns;
      await connection.run(`INSERT INTO ${this.#table} (${all}) SELECT ${all} FROM ${this.#loading}`);
      if (keyed) await setKey(connection, name, this.#target.key);
    }
    await connection.run(`DROP TABLE ${this.#loading}`);
  }

  /** Ends a transaction: what belongs to the commit, and the claim under which it is made. */
  async #finish(commit: Commit, added: number): Promise<TableState> {
    const state = await writeCommit(this.#connection, commit, this.#rows + added);
    await this.#claim.confirm(this.#connection);
    this.#rows = state.rows;
    return state;
  }
}

async function countRows(connection: PostgresConnection, table: string): Promise<number> {
  return Number(await connection.value(`SELECT count(*) FROM ${table}`));
}

/** What a commit did with the rows that were staged. */
interface Moved {
  /** Rows that the table has more than before. */
  readonly added: number;
  readonly written: number;
}

/**
 * Replaces rows by key and adds those that are new. A row that is as it was is not written. Of
 * several versions of one key the last one counts, which is the one furthest in the table.
 */
async function upsert(
  connection: PostgresConnection,
  table: string,
  target: TargetTable,
  rows: { readonly from: string; readonly unmark: boolean; readonly dropped: readonly string[] },
): Promise<Moved> {
  const key = target.key.map(identifier).join(', ');
  const others = target.columns.filter(({ name }) => !target.key.includes(name));
  // A table of nothing but its key has nothing to replace, but may have a mark to take away.
  const changes = [
    ...others.map(({ name }) => `${identifier(name)} = excluded.${identifier(name)}`),
    // What the source no longer has is not known of a row that is read again.
    ...rows.dropped.map((column) => `${quoted(column)} = NULL`),
    ...(rows.unmark ? [`${DELETED_AT} = NULL`] : []),
  ];
  const differs = [
    ...others.map(({ name }) => {
      const column = identifier(name);
      return `target.${column} IS DISTINCT FROM excluded.${column}`;
    }),
    ...rows.dropped.map((column) => `target.${quoted(column)} IS NOT NULL`),
    ...(rows.unmark ? [`target.${DELETED_AT} IS NOT NULL`] : []),
  ];
  const replace =
    changes.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${changes.join(', ')} WHERE ${differs.join(' OR ')}`;
  const [counts] = await connection.rows(`
    WITH written AS (
      INSERT INTO ${table} AS target (${columnList(target.columns)})
      SELECT DISTINCT ON (${key}) ${columnList(target.columns)} FROM ${rows.from} AS staged ORDER BY ${key}, staged.ctid DESC
      ON CONFLICT (${key}) ${replace}
      RETURNING (xmax = 0) AS added)
    SELECT count(*) AS written, count(*) FILTER (WHERE added) AS added FROM written`);
  return { added: Number(counts?.['added']), written: Number(counts?.['written']) };
}
