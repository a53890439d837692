import type { ColumnBatch } from '../../rows/column-batch.ts';
import { NO_ROWS } from '../../rows/checksum.ts';
import type { KeyWindow, Position } from '../../rows/position.ts';
import type {
  ChangedRows,
  ComparisonRequest,
  DigestPart,
  TargetColumn,
  TargetTable,
  WindowComparer,
  WindowDifferences,
} from '../sink.ts';
import type { Claim } from './claim.ts';
import { CopyInto } from './copy-writer.ts';
import { rowHash } from './postgres-checksum.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { columnList, identifier, sameKey } from './postgres-identifiers.ts';
import {
  columnDefinitions,
  DELETED_AT,
  fitTable,
  publishedName,
  qualified,
  tableColumns,
} from './postgres-schema.ts';
import { addRows } from './postgres-state.ts';
import { orderText, positionText, windowsCondition } from './postgres-window.ts';

/** Rows of the source, keys of rows that are not loaded yet, and keys that differ with their kind. */
const STAGE = 'pg_temp.tidemark_window';
const EXCLUDED = 'pg_temp.tidemark_excluded';
const FOUND = 'pg_temp.tidemark_found';

/** Keys that are shown of rows that changed. */
const EXAMPLES = 5;

/**
 * Compares windows in PostgreSQL, in one transaction: what is mended is committed at the end, all of it or none. So the
 * temporary tables are there from the first window to the last, behind a pooler of transactions as well.
 */
export class PostgresComparer implements WindowComparer {
  readonly #connection: PostgresConnection;
  readonly #claim: Claim;
  readonly #target: TargetTable;
  readonly #request: ComparisonRequest;
  readonly #table: string;
  /** Selects the rows that are not marked as deleted. */
  readonly #live: string;
  readonly #key: readonly TargetColumn[];
  /** The source's own key, of which positions are made. */
  readonly #ownKey: readonly TargetColumn[];
  /** What is compared: all columns, or those of the key. */
  readonly #columns: readonly TargetColumn[];
  readonly #staged: CopyInto;
  readonly #excluded: CopyInto;
  #rowsAdded = 0;
  #done = false;

  private constructor(
    opened: { readonly connection: PostgresConnection; readonly claim: Claim },
    target: TargetTable,
    request: ComparisonRequest,
    live: string,
  ) {
    this.#connection = opened.connection;
    this.#claim = opened.claim;
    this.#target = target;
    this.#request = request;
    this.#table = qualified(publishedName(target));
    this.#live = live;
    this.#key = columnsNamed(target, target.key);
    this.#ownKey = columnsNamed(target, target.ownKey ?? target.key);
    this.#columns = comparedColumns(target, request);
    this.#staged = new CopyInto(opened.connection, STAGE, { ...target, columns: this.#columns });
    this.#excluded = new CopyInto(opened.connection, EXCLUDED, { ...target, columns: orderOf(target) });
  }

  static async open(
    connection: PostgresConnection,
    claim: Claim,
    target: TargetTable,
    request: ComparisonRequest,
  ): Promise<PostgresComparer> {
    await connection.begin();
    try {
      const name = publishedName(target);
      await fitTable(connection, name, target, { replaced: false });
      let marks = (await tableColumns(connection, name)).has(DELETED_AT);
      if (request.action === 'mark' && !marks) {
        await connection.run(
          `ALTER TABLE ${qualified(name)} ADD COLUMN ${DELETED_AT} timestamp with time zone`,
        );
        marks = true;
      }
      const temporary = (table: string, columns: readonly TargetColumn[]) =>
        connection.run(
          `CREATE TEMPORARY TABLE ${table.replace('pg_temp.', '')} (${columnDefinitions({ columns })}) ON COMMIT DROP`,
        );
      await temporary(STAGE, comparedColumns(target, request));
      await temporary(EXCLUDED, orderOf(target));
      await connection.run(
        `CREATE TEMPORARY TABLE tidemark_found ON COMMIT DROP AS
         SELECT ${columnList(columnsNamed(target, target.key))}, ''::text AS kind FROM ${STAGE} WITH NO DATA`,
      );
      return new PostgresComparer(
        { connection, claim },
        target,
        request,
        marks ? `${DELETED_AT} IS NULL` : 'TRUE',
      );
    } catch (error) {
      await connection.rollback();
      throw error;
    }
  }

  async exclude(batch: ColumnBatch): Promise<void> {
    // One COPY at a time is all that a connection has.
    await this.#staged.flush();
    await this.#excluded.write(batch);
  }

  async digest(window: KeyWindow, rowsPerPart: number): Promise<readonly DigestPart[]> {
    // Of keys alone no more is read than what tells rows apart.
    const order = this.#request.by === 'rows' ? this.#ownKey : this.#key;
    const parts = await this.#connection.rows(`
      WITH hashed AS (SELECT ${columnList(order)}, ${rowHash(this.#columns)} AS hash FROM (${await this.#loaded([window])}) AS loaded),
        numbered AS MATERIALIZED (
          SELECT *, row_number() OVER (ORDER BY ${order.map(orderText).join(', ')}) - 1 AS number FROM hashed),
        parts AS (
          SELECT number / ${rowsPerPart} AS part, count(*) AS rows, bit_xor(hash) AS hash, max(number) AS last
            FROM numbered GROUP BY number / ${rowsPerPart})
      SELECT parts.rows::text, parts.hash::text, ${this.#positions('numbered', order)}
        FROM parts JOIN numbered ON numbered.number = parts.last ORDER BY parts.part`);
    let { after } = window;
    const digest = parts.map((part, number): DigestPart => {
      const upTo = number === parts.length - 1 ? window.upTo : this.#positionOf(part, order);
      const checksum = {
        rows: Number(part['rows']),
        hash: BigInt.asUintN(64, BigInt(String(part['hash']))),
      };
      const made = { after, upTo, checksum };
      after = upTo;
      return made;
    });
    return digest.length === 0 ? [{ ...window, checksum: NO_ROWS }] : digest;
  }

  async write(batch: ColumnBatch): Promise<void> {
    await this.#excluded.flush();
    await this.#staged.write(batch);
  }

  async close(windows: readonly KeyWindow[]): Promise<WindowDifferences> {
    await this.#staged.flush();
    await this.#find(windows);
    const rows = await this.#connection.rows(`SELECT kind, count(*) AS count FROM ${FOUND} GROUP BY kind`);
    const count = (kind: string) => Number(rows.find((row) => row['kind'] === kind)?.['count'] ?? 0);
    if (rows.length > 0 && this.#request.action !== 'report') await this.#mend();
    await this.#connection.run(`TRUNCATE ${STAGE}`);
    return { missing: count('missing'), extra: count('extra'), different: count('different') };
  }

  async sample(rows: number): Promise<readonly Position[]> {
    return this.#readPositions(
      `SELECT ${columnList(this.#ownKey)} FROM ${this.#table} WHERE ${this.#live} ORDER BY random() LIMIT ${rows}`,
    );
  }

  async changed(): Promise<ChangedRows> {
    await this.#staged.flush();
    const columns = columnList(this.#columns);
    const key = columnList(this.#key);
    const cursor = identifier(this.#target.cursor);
    await this.#connection.run(`TRUNCATE ${FOUND}`);
    await this.#connection.run(`
      INSERT INTO ${FOUND}
      WITH sink AS MATERIALIZED (SELECT ${columnList(this.#columns, 'sink')} FROM ${this.#table} AS sink WHERE ${this.#live} AND ${exists(STAGE, sameKey(this.#target.key, 'other', 'sink'))})
      SELECT ${columnList(this.#key, 'unequal')}, 'different'
        FROM (SELECT ${columns} FROM ${STAGE} EXCEPT SELECT ${columns} FROM sink) AS unequal
       WHERE ${exists('sink', `${sameKey(this.#target.key, 'other', 'unequal')} AND other.${cursor} = unequal.${cursor}`)}`);
    return {
      rowsSampled: Number(
        await this.#connection.value(`SELECT count(*) FROM (SELECT DISTINCT ${key} FROM ${STAGE}) AS keys`),
      ),
      rows: Number(await this.#connection.value(`SELECT count(*) FROM ${FOUND}`)),
      examples: await this.#readPositions(
        `SELECT DISTINCT ${columnList(this.#ownKey)} FROM ${STAGE} AS staged WHERE ${exists(FOUND, sameKey(this.#target.key, 'other', 'staged'))}
          ORDER BY ${this.#ownKey.map(orderText).join(', ')} LIMIT ${EXAMPLES}`,
      ),
    };
  }

  async commit(): Promise<void> {
    await addRows(this.#connection, this.#target, this.#rowsAdded);
    await this.#claim.confirm(this.#connection);
    await this.#connection.run('COMMIT');
    this.#done = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#staged.abort();
    await this.#excluded.abort();
    if (!this.#done) await this.#connection.rollback();
    this.#done = true;
  }

  /** A query of the sink's rows of windows, without those that are excluded. */
  async #loaded(windows: readonly KeyWindow[]): Promise<string> {
    await this.#staged.flush();
    await this.#excluded.flush();
    return `SELECT ${columnList(this.#columns, 'sink')} FROM ${this.#table} AS sink
             WHERE (${windowsCondition(this.#ownKey, windows)}) AND ${this.#live}
               AND NOT ${exists(EXCLUDED, sameKey(this.#target.key, 'other', 'sink'))}`;
  }

  async #find(windows: readonly KeyWindow[]): Promise<void> {
    const { key } = this.#target;
    const columns = columnList(this.#columns);
    const keyOf = (alias: string) => columnList(this.#key, alias);
    const inSource = exists('source', sameKey(key, 'other', 'unequal'));
    const inSink = exists('sink', sameKey(key, 'other', 'unequal'));
    const loaded = await this.#loaded(windows);
    await this.#connection.run(`TRUNCATE ${FOUND}`);
    await this.#connection.run(`
      INSERT INTO ${FOUND}
      WITH source AS MATERIALIZED (
          SELECT ${columns} FROM ${STAGE} AS staged WHERE NOT ${exists(EXCLUDED, sameKey(key, 'other', 'staged'))}),
        sink AS MATERIALIZED (${loaded}),
        unequal AS (
          SELECT ${keyOf('more')} FROM (SELECT * FROM source EXCEPT ALL SELECT * FROM sink) AS more
          UNION SELECT ${keyOf('less')} FROM (SELECT * FROM sink EXCEPT ALL SELECT * FROM source) AS less),
        kinds AS (
          SELECT unequal.*, CASE WHEN NOT ${inSink} THEN 'missing' WHEN NOT ${inSource} THEN 'extra' ELSE 'different' END AS kind
            FROM unequal)
      SELECT * FROM kinds ${this.#request.by === 'keys' ? "WHERE kind = 'extra'" : ''}`);
  }

  async #mend(): Promise<void> {
    const connection = this.#connection;
    const { by, action } = this.#request;
    const same = sameKey(this.#target.key, 'target', 'found');
    if (action === 'mark') {
      await connection.run(
        `UPDATE ${this.#table} AS target SET ${DELETED_AT} = now() FROM ${FOUND} AS found WHERE kind = 'extra' AND ${same}`,
      );
    }
    const replaced = action === 'mark' ? "kind <> 'extra'" : 'TRUE';
    this.#rowsAdded -= await connection.run(
      `DELETE FROM ${this.#table} AS target USING ${FOUND} AS found WHERE ${replaced} AND ${same}`,
    );
    if (by === 'keys') return;
    const columns = columnList(this.#target.columns);
    this.#rowsAdded += await connection.run(
      `INSERT INTO ${this.#table} (${columns}) SELECT ${columns} FROM ${STAGE} AS staged
        WHERE ${exists(FOUND, sameKey(this.#target.key, 'other', 'staged'))}`,
    );
  }

  #positions(alias: string, columns: readonly TargetColumn[]): string {
    return columns.map((column, at) => `${positionText(column, alias)} AS position_${at}`).join(', ');
  }

  #positionOf(row: Readonly<Record<string, unknown>>, columns: readonly TargetColumn[]): Position {
    return columns.map((_, at) => String(row[`position_${at}`]));
  }

  /** Keys of a query, in key order, as positions. */
  async #readPositions(select: string): Promise<readonly Position[]> {
    const rows = await this.#connection.rows(
      `SELECT ${this.#positions('keys', this.#ownKey)} FROM (${select}) AS keys ORDER BY ${this.#ownKey.map(orderText).join(', ')}`,
    );
    return rows.map((row) => this.#positionOf(row, this.#ownKey));
  }
}

/** Whether a relation has a row, `other`, that meets a condition. */
function exists(relation: string, condition: string): string {
  return `EXISTS (SELECT FROM ${relation} AS other WHERE ${condition})`;
}

function comparedColumns(target: TargetTable, { by }: ComparisonRequest): readonly TargetColumn[] {
  return by === 'rows' ? target.columns : columnsNamed(target, target.key);
}

function orderOf(target: TargetTable): readonly TargetColumn[] {
  return columnsNamed(target, [target.cursor, ...target.key.filter((name) => name !== target.cursor)]);
}

function columnsNamed({ columns }: TargetTable, names: readonly string[]): readonly TargetColumn[] {
  return names.map((name) => columns.find((column) => column.name === name)!);
}
