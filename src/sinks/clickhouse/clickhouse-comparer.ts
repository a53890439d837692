import { NO_ROWS } from '../../rows/checksum.ts';
import type { ColumnBatch } from '../../rows/column-batch.ts';
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
import { rowHash } from './clickhouse-checksum.ts';
import type { ClickhouseConnection, ClickhouseRow } from './clickhouse-connection.ts';
import { columnList, identifier } from './clickhouse-identifiers.ts';
import { type CatalogTable, definitions } from './clickhouse-schema.ts';
import { type KeyColumn, positionText, windowsCondition } from './clickhouse-window.ts';
import { versionOf } from './clickhouse-state.ts';
import { commitWatermark } from './commits.ts';
import { fitTable } from './fit-table.ts';
import { differs, keyTuple, restored, sameKey } from './row-queries.ts';
import { BlockInserts } from './stage-writer.ts';
import {
  definition,
  DELETED_AT,
  DELETED_AT_COLUMN,
  filledColumns,
  REMOVED,
  SEQUENCE,
} from './stored-columns.ts';
import { rowsName } from './work-tables.ts';

/** Keys that are shown of rows that changed. */
const EXAMPLES = 5;

interface Opened {
  readonly connection: ClickhouseConnection;
  readonly claim: Claim;
}

/**
 * Compares windows in ClickHouse. What is mended goes into the claim's stage, as later versions of its rows, and is moved
 * to the table by `commit`, all of it or none.
 */
export class ClickhouseComparer implements WindowComparer {
  readonly #opened: Opened;
  readonly #target: TargetTable;
  readonly #request: ComparisonRequest;
  readonly #table: CatalogTable;
  /** Tables as SQL writes their names: the sink's rows, and those of the comparison. */
  readonly #rows: string;
  readonly #raw: string;
  readonly #excluded: string;
  readonly #found: string;
  /** Selects the rows that are not marked as deleted. */
  readonly #live: string;
  readonly #key: readonly KeyColumn[];
  /** The source's own key, of which positions are made. */
  readonly #ownKey: readonly KeyColumn[];
  /** What is compared: all columns, or those of the key. */
  readonly #columns: readonly TargetColumn[];
  readonly #taken: BlockInserts;
  readonly #left: BlockInserts;
  #mended = false;

  private constructor(opened: Opened, target: TargetTable, request: ComparisonRequest, table: CatalogTable) {
    const { connection, claim } = opened;
    const keyColumn = (name: string): KeyColumn => ({
      ...columnNamed(target, name),
      stored: table.columns.get(name)!,
    });
    this.#opened = opened;
    this.#target = target;
    this.#request = request;
    this.#table = table;
    this.#rows = connection.qualified(rowsName(target));
    this.#raw = connection.qualified(claim.nameOf('raw'));
    this.#excluded = connection.qualified(claim.nameOf('excluded'));
    this.#found = connection.qualified(claim.nameOf('found'));
    this.#live = table.columns.has(DELETED_AT) ? `isNull(${DELETED_AT})` : '1';
    this.#key = target.key.map(keyColumn);
    this.#ownKey = (target.ownKey ?? target.key).map(keyColumn);
    this.#columns = request.by === 'rows' ? target.columns : this.#key;
    this.#taken = new BlockInserts(
      opened,
      this.#raw,
      { ...target, columns: this.#columns },
      { sequenced: true },
    );
    const order = [target.cursor, ...target.key.filter((name) => name !== target.cursor)];
    this.#left = new BlockInserts(
      opened,
      this.#excluded,
      { ...target, columns: order.map((name) => columnNamed(target, name)) },
      { sequenced: false },
    );
  }

  static async open(
    opened: Opened,
    target: TargetTable,
    request: ComparisonRequest,
  ): Promise<ClickhouseComparer> {
    const marks =
      request.action === 'mark' ? [`ADD COLUMN IF NOT EXISTS ${definition(DELETED_AT_COLUMN)}`] : [];
    const table = await fitTable(opened, target, marks);
    const comparer = new ClickhouseComparer(opened, target, request, table);
    await comparer.#makeTables();
    return comparer;
  }

  async exclude(batch: ColumnBatch): Promise<void> {
    await this.#left.write(batch);
  }

  async digest(window: KeyWindow, rowsPerPart: number): Promise<readonly DigestPart[]> {
    // Of keys alone no more is read than what tells rows apart.
    const order = this.#request.by === 'rows' ? this.#ownKey : this.#key;
    const parts = await this.#opened.connection.rows(`
      SELECT toString(count()) AS _tidemark_rows, toString(groupBitXor(_tidemark_hash)) AS _tidemark_xor,
             argMax(_tidemark_position, _tidemark_number) AS position
        FROM (SELECT ${rowHash(this.#columns, this.#table.columns)} AS _tidemark_hash,
                     ${positionArray(order)} AS _tidemark_position,
                     row_number() OVER (ORDER BY ${columnList(order)}) - 1 AS _tidemark_number
                FROM (${await this.#loaded([window])}))
       GROUP BY intDiv(_tidemark_number, ${rowsPerPart}) AS _tidemark_part ORDER BY _tidemark_part`);
    let { after } = window;
    const digest = parts.map((part, number): DigestPart => {
      const upTo = number === parts.length - 1 ? window.upTo : positionOf(part);
      const checksum = {
        rows: Number(part['_tidemark_rows']),
        hash: BigInt(String(part['_tidemark_xor'])),
      };
      const made = { after, upTo, checksum };
      after = upTo;
      return made;
    });
    return digest.length === 0 ? [{ ...window, checksum: NO_ROWS }] : digest;
  }

  async write(batch: ColumnBatch): Promise<void> {
    await this.#taken.write(batch);
  }

  async close(windows: readonly KeyWindow[]): Promise<WindowDifferences> {
    const { connection } = this.#opened;
    await this.#taken.flush();
    await this.#find(windows);
    const rows = await connection.rows(
      `SELECT kind, toString(count()) AS c FROM ${this.#found} GROUP BY kind`,
    );
    const count = (kind: string) => Number(rows.find((row) => row['kind'] === kind)?.['c'] ?? 0);
    if (rows.length > 0 && this.#request.action !== 'report') await this.#mend();
    await this.#empty(this.#raw);
    return { missing: count('missing'), extra: count('extra'), different: count('different') };
  }

  async sample(rows: number): Promise<readonly Position[]> {
    return this.#readPositions(
      `SELECT ${columnList(this.#ownKey)} FROM ${this.#rows} FINAL WHERE ${this.#live} ORDER BY rand() LIMIT ${rows}`,
    );
  }

  async changed(): Promise<ChangedRows> {
    const { connection } = this.#opened;
    await this.#taken.flush();
    const cursor = identifier(this.#target.cursor);
    await this.#empty(this.#found);
    const key = this.#target.key;
    await connection.run(`
      INSERT INTO ${this.#found} (${columnList(this.#key)}, kind)
      SELECT ${columnList(this.#key, 'came')}, 'different'
        FROM (SELECT * FROM ${this.#raw} FINAL) AS came
        JOIN (SELECT * FROM ${this.#rows} FINAL WHERE ${this.#live} AND ${this.#keysIn(this.#raw)}) AS known
          ON ${sameKey(key, 'came', 'known')}
       WHERE came.${cursor} = known.${cursor} AND ${differs(this.#filled(), 'came', 'known')}`);
    const count = async (from: string) =>
      Number(await connection.value(`SELECT toString(count()) AS c FROM ${from}`));
    return {
      rowsSampled: await count(`${this.#raw} FINAL`),
      rows: await count(this.#found),
      examples: await this.#readPositions(
        `SELECT ${columnList(this.#ownKey)} FROM ${this.#raw} FINAL WHERE ${this.#keysIn(this.#found)}
          ORDER BY ${columnList(this.#ownKey)} LIMIT ${EXAMPLES}`,
      ),
    };
  }

  async commit(): Promise<void> {
    if (!this.#mended) return;
    const { connection, claim } = this.#opened;
    const { database, table } = this.#target;
    await commitWatermark(
      connection,
      { database, table, version: claim.next(), state: claim.found.state, rows: 0, run: claim.found.run },
      {
        action: {
          kind: 'move',
          into: 'rows',
          after: String(versionOf(claim.epoch, 0)),
          rows: await claim.staged(),
        },
        make: () => claim.move(this.#rows),
      },
    );
    this.#mended = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#taken.abort();
    await this.#left.abort();
  }

  #filled() {
    return filledColumns(
      { ...this.#target, columns: this.#columns },
      this.#opened.connection.address.outOfRange,
    );
  }

  async #makeTables(): Promise<void> {
    const { connection, claim } = this.#opened;
    await claim.shapeLike(this.#rows);
    await claim.make('raw', `AS ${this.#rows}`);
    const key = this.#key.map(({ stored }) => stored);
    const cursor = this.#table.columns.get(this.#target.cursor)!;
    const columns = key.some(({ name }) => name === cursor.name) ? key : [...key, cursor];
    const text = filledColumns(
      { columns: columns.map(({ name }) => columnNamed(this.#target, name)), key: this.#target.key },
      connection.address.outOfRange,
    ).filter((column) => column.text);
    await claim.make('excluded', `(${definitions([...columns, ...text])}) ENGINE = Memory`);
    await claim.make('found', `(${definitions(key)}, kind LowCardinality(String)) ENGINE = Memory`);
  }

  #keysIn(relation: string, where = '1'): string {
    const key = keyTuple(this.#target.key);
    return `${key} IN (SELECT ${key} FROM ${relation} WHERE ${where})`;
  }

  async #empty(table: string): Promise<void> {
    await this.#opened.connection.run(`TRUNCATE TABLE ${table}${this.#opened.connection.onCluster} SYNC`);
  }

  /** A query of the sink's rows of windows, without those that are excluded. */
  async #loaded(windows: readonly KeyWindow[]): Promise<string> {
    await this.#left.flush();
    return `SELECT * FROM ${this.#rows} FINAL
             WHERE (${windowsCondition(this.#ownKey, windows)}) AND ${this.#live} AND NOT ${this.#keysIn(this.#excluded)}`;
  }

  async #find(windows: readonly KeyWindow[]): Promise<void> {
    const key = columnList(this.#key);
    const others = this.#filled().filter(({ name }) => !this.#target.key.includes(name));
    const loaded = await this.#loaded(windows);
    await this.#empty(this.#found);
    await this.#opened.connection.run(`
      INSERT INTO ${this.#found} (${key}, kind)
      SELECT * FROM (
        SELECT ${key}, multiIf(known._tidemark_there = 0, 'missing', came._tidemark_there = 0, 'extra',
                               ${differs(others, 'came', 'known')}, 'different', '') AS kind
          FROM (SELECT *, 1 AS _tidemark_there FROM ${this.#raw} FINAL WHERE NOT ${this.#keysIn(this.#excluded)}) AS came
          FULL JOIN (SELECT *, 1 AS _tidemark_there FROM (${loaded})) AS known USING (${key}))
       WHERE kind ${this.#request.by === 'keys' ? "= 'extra'" : "!= ''"}`);
  }

  async #mend(): Promise<void> {
    const { claim } = this.#opened;
    const { by, action } = this.#request;
    this.#mended = true;
    const version = claim.next();
    const key = columnList(this.#key);
    if (action === 'mark') {
      const columns = columnList(restored(this.#table.columns.values()));
      await claim.fill(
        `${columns}, ${DELETED_AT}, ${SEQUENCE}`,
        `SELECT ${columns}, now64(6), ${version} FROM ${this.#rows} FINAL WHERE ${this.#keysIn(this.#found, "kind = 'extra'")}`,
      );
    } else {
      await claim.fill(
        `${key}, ${SEQUENCE}, ${REMOVED}`,
        `SELECT ${key}, ${version}, 1 FROM ${this.#found} WHERE kind = 'extra'`,
      );
    }
    if (by === 'keys') return;
    const columns = columnList(this.#filled());
    await claim.fill(
      `${columns}, ${SEQUENCE}`,
      `SELECT ${columns}, ${version} FROM ${this.#raw} FINAL WHERE ${this.#keysIn(this.#found, "kind != 'extra'")}`,
    );
  }

  /** Keys of a query, in key order, as positions. */
  async #readPositions(select: string): Promise<readonly Position[]> {
    const rows = await this.#opened.connection.rows(
      `SELECT ${positionArray(this.#ownKey)} AS position FROM (${select}) ORDER BY ${columnList(this.#ownKey)}`,
    );
    return rows.map(positionOf);
  }
}

function positionArray(key: readonly KeyColumn[]): string {
  return `[${key.map(positionText).join(', ')}]`;
}

function positionOf(row: ClickhouseRow): Position {
  return row['position'] as readonly string[];
}

function columnNamed({ columns }: TargetTable, name: string): TargetColumn {
  return columns.find((column) => column.name === name)!;
}
