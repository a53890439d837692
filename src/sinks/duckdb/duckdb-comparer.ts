import { RefusedError } from '../../errors.ts';
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
import { COMPARISON, type ComparedRows } from './compared-rows.ts';
import { rowHash } from './duckdb-checksum.ts';
import { columnList, type DuckdbConnection } from './duckdb-file.ts';
import { positionText, windowsCondition } from './duckdb-window.ts';
import { StagedRows } from './staged-rows.ts';

/** Keys that are shown of rows that changed. */
const EXAMPLES = 5;

/**
 * Compares windows in DuckDB, with the types that a run writes: the source's rows are staged, and both sides are
 * subtracted from each other.
 */
export class DuckdbComparer implements WindowComparer {
  readonly #connection: DuckdbConnection;
  readonly #request: ComparisonRequest;
  readonly #rows: ComparedRows;
  readonly #key: readonly TargetColumn[];
  /** The source's own key, which positions are made of. */
  readonly #ownKey: readonly TargetColumn[];
  /** What is compared: all columns, or those of the key. */
  readonly #columns: readonly TargetColumn[];
  /** The cursor, then the rest of the key. */
  readonly #order: readonly TargetColumn[];
  readonly #staged: StagedRows;
  readonly #excluded: StagedRows;

  private constructor(
    connection: DuckdbConnection,
    target: TargetTable,
    request: ComparisonRequest,
    rows: ComparedRows,
    staged: { readonly rows: StagedRows; readonly excluded: StagedRows },
  ) {
    this.#connection = connection;
    this.#request = request;
    this.#rows = rows;
    this.#key = columnsNamed(target, target.key);
    this.#ownKey = columnsNamed(target, target.ownKey ?? target.key);
    this.#columns = comparedColumns(target, request);
    this.#order = orderOf(target);
    this.#staged = staged.rows;
    this.#excluded = staged.excluded;
  }

  static async open(
    connection: DuckdbConnection,
    target: TargetTable,
    request: ComparisonRequest,
    rows: ComparedRows,
  ): Promise<DuckdbComparer> {
    await requireKeys(connection, target, rows);
    return new DuckdbComparer(connection, target, request, rows, {
      rows: await StagedRows.open(connection, COMPARISON.stage, comparedColumns(target, request)),
      excluded: await StagedRows.open(connection, COMPARISON.excluded, orderOf(target)),
    });
  }

  async exclude(batch: ColumnBatch): Promise<void> {
    await this.#excluded.write(batch);
  }

  async digest(window: KeyWindow, rowsPerPart: number): Promise<readonly DigestPart[]> {
    const positions = this.#key.map(
      (column, at) => `max_by(${positionText(column)}, number) AS position_${at}`,
    );
    const key = columnList(this.#key);
    const parts = await this.#connection.rows(`
      WITH hashed AS (SELECT ${key}, ${rowHash(this.#columns)} AS hash FROM (${await this.#loaded([window])})),
        numbered AS (SELECT *, row_number() OVER (ORDER BY ${key}) - 1 AS number FROM hashed)
      SELECT count(*) AS rows, bit_xor(hash) AS hash, ${positions.join(', ')}
        FROM numbered WHERE ${this.#key.map((column) => `${columnList([column])} IS NOT NULL`).join(' AND ')}
        GROUP BY number // ${rowsPerPart} ORDER BY number // ${rowsPerPart}`);
    let { after } = window;
    const digest = parts.map((part, number): DigestPart => {
      const position = this.#key.map((_, at) => String(part[`position_${at}`]));
      const upTo = number === parts.length - 1 ? window.upTo : position;
      const checksum = { rows: Number(part['rows']), hash: BigInt(String(part['hash'])) };
      const made = { after, upTo, checksum };
      after = upTo;
      return made;
    });
    return digest.length === 0 ? [{ ...window, checksum: NO_ROWS }] : digest;
  }

  async write(batch: ColumnBatch): Promise<void> {
    await this.#staged.write(batch);
  }

  async close(windows: readonly KeyWindow[]): Promise<WindowDifferences> {
    await this.#staged.close();
    await this.#find(windows);
    const rows = await this.#connection.rows(
      `SELECT kind, count(*) AS count FROM ${COMPARISON.found} GROUP BY kind`,
    );
    const count = (kind: string) => Number(rows.find((row) => row['kind'] === kind)?.['count'] ?? 0);
    if (rows.length > 0 && this.#request.action !== 'report') {
      await this.#rows.mend(this.#request, windowsCondition(this.#key, windows));
    }
    return { missing: count('missing'), extra: count('extra'), different: count('different') };
  }

  async sample(rows: number): Promise<readonly Position[]> {
    const key = columnList(this.#ownKey);
    return this.#positions(
      `SELECT ${key} FROM (SELECT ${key} FROM (${this.#rows.select('TRUE')})) USING SAMPLE reservoir(${rows} ROWS)`,
    );
  }

  async changed(): Promise<ChangedRows> {
    const key = columnList(this.#key);
    const columns = columnList(this.#columns);
    const { found, stage: staged } = COMPARISON;
    await this.#staged.close();
    const count = async (from: string) =>
      Number((await this.#connection.rows(`SELECT count(*) AS rows FROM ${from}`))[0]?.['rows']);
    await this.#connection.run(`
      CREATE OR REPLACE TEMP TABLE ${found} AS
      WITH sink AS (SELECT ${columns} FROM (${this.#rows.select('TRUE')}) SEMI JOIN ${staged} USING (${key}))
      SELECT ${columnList(this.#ownKey)} FROM (SELECT ${columns} FROM ${staged} EXCEPT FROM sink)
        SEMI JOIN sink USING (${columnList(this.#order)})`);
    return {
      rowsSampled: await count(`(SELECT DISTINCT ${key} FROM ${staged})`),
      rows: await count(found),
      examples: await this.#positions(`FROM ${found} ORDER BY ${columnList(this.#ownKey)} LIMIT ${EXAMPLES}`),
    };
  }

  async commit(): Promise<void> {
    await this.#rows.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#staged.discard();
    await this.#excluded.discard();
  }

  /** Keys of a query that has the source's own, in key order, as positions. */
  async #positions(select: string): Promise<readonly Position[]> {
    const texts = this.#ownKey.map((column, at) => `${positionText(column)} AS position_${at}`);
    const rows = await this.#connection.rows(
      `SELECT ${texts.join(', ')} FROM (${select}) ORDER BY ${columnList(this.#ownKey)}`,
    );
    return rows.map((row) => this.#ownKey.map((_, at) => String(row[`position_${at}`])));
  }

  /** A query of the sink's rows of windows, without those that are excluded. */
  async #loaded(windows: readonly KeyWindow[]): Promise<string> {
    await this.#excluded.flush();
    const inWindows = this.#rows.select(windowsCondition(this.#key, windows));
    return `SELECT ${columnList(this.#columns)} FROM (${inWindows}) ANTI JOIN ${COMPARISON.excluded} USING (${columnList(this.#key)})`;
  }

  async #find(windows: readonly KeyWindow[]): Promise<void> {
    const key = columnList(this.#key);
    await this.#connection.run(`
      CREATE OR REPLACE TEMP TABLE ${COMPARISON.found} AS
      WITH source AS (SELECT ${columnList(this.#columns)} FROM ${COMPARISON.stage} ANTI JOIN ${COMPARISON.excluded} USING (${key})),
        sink AS (${await this.#loaded(windows)}),
        unequal AS (
          SELECT ${key} FROM (SELECT * FROM source EXCEPT ALL SELECT * FROM sink)
          UNION SELECT ${key} FROM (SELECT * FROM sink EXCEPT ALL SELECT * FROM source)),
        kinds AS (
          SELECT *, 'different' AS kind FROM (FROM unequal SEMI JOIN source USING (${key})) SEMI JOIN sink USING (${key})
          UNION ALL SELECT *, 'missing' FROM unequal ANTI JOIN sink USING (${key})
          UNION ALL SELECT *, 'extra' FROM unequal ANTI JOIN source USING (${key}))
      FROM kinds ${this.#request.by === 'keys' ? "WHERE kind = 'extra'" : ''}`);
  }
}

/**
 * Refuses rows whose key is NULL, as an earlier version stored dates that are in no calendar: they are equal to none, so
 * that no comparison could mend them.
 */
async function requireKeys(
  connection: DuckdbConnection,
  target: TargetTable,
  rows: ComparedRows,
): Promise<void> {
  const dates = columnsNamed(target, target.key).filter(
    ({ type }) => type.kind === 'date' || type.kind === 'timestamp',
  );
  if (dates.length === 0) return;
  const condition = dates.map((column) => `${columnList([column])} IS NULL`).join(' OR ');
  const [counted] = await connection.rows(`SELECT count(*) AS rows FROM (${rows.select(condition)})`);
  if (Number(counted?.['rows']) === 0) return;
  const { database, table } = target;
  throw new RefusedError(
    `${database}.${table}: the sink has rows whose key (${dates.map(({ name }) => name).join(', ')}) is NULL, from dates that are in no calendar`,
    {
      hint: `set zeroDates: "text" in the table file, then: tidemark extract-load --db=${database} --table=${table} --full-refresh`,
    },
  );
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
