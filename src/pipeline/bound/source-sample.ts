import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import type { Position } from '../../rows/position.ts';
import { literal } from '../source/keyset.ts';
import { leadingEnds } from '../source/leading-values.ts';
import { all, boundCondition, from, leadingCondition, positionExpression } from '../source/queries.ts';
import { isAtOrAfter } from '../source/source-positions.ts';
import type { SourceColumn, SourceTable } from '../source/source-table.ts';

/** Rows at the watermark: enough that some of them have not changed by the next run. */
const SAMPLE_ROWS = 20;

/** A row as it was when a run read up to it. */
export interface SampledRow {
  readonly cursor: string;
  /** Empty in a table without a key. */
  readonly key: Position;
  readonly hash: string;
}

/** What became of the rows of a sample. */
export interface SampleFate {
  /** As they were. */
  readonly same: number;
  /** With a later cursor value, which is how a change shows, or with one that is read again, since a clock went back. */
  readonly changed: number;
  /** Not there. */
  readonly gone: number;
  /** Other values under the same cursor value: another row, or a change that moved no cursor. */
  readonly other: number;
  /** With an earlier cursor value, which no change gives a row. */
  readonly earlier: number;
}

/**
 * The last rows up to a watermark: as many entries of the index. Where it leads with other columns, those of their first
 * and last values: the last rows of all of them would have to be sorted.
 */
export async function readSample(
  session: Session,
  table: SourceTable,
  watermark: Position | null,
): Promise<readonly SampledRow[]> {
  const { order, index } = table;
  if (watermark === null || index === null) return [];
  const descending = order.map((column) => `${quoteIdentifier(column.name)} DESC`).join(', ');
  const bound = boundCondition(table, { operator: '<=', value: watermark[0]! });
  const ends = await leadingEnds(session, table);
  const each = Math.ceil(SAMPLE_ROWS / Math.max(1, ends.length));
  const sample: SampledRow[] = [];
  for (const leading of ends) {
    const where = all(leadingCondition(table, leading), bound);
    sample.push(
      ...(await readRows(
        session,
        table,
        `${from(table, index)} WHERE ${where} ORDER BY ${descending} LIMIT ${each}`,
      )),
    );
  }
  return sample;
}

/**
 * Looks the rows of a sample up, by their key or, without one, by their cursor value and all of their values. `goesOnFrom`
 * is where the run goes on.
 */
export async function fateOf(
  session: Session,
  table: SourceTable,
  sample: readonly SampledRow[],
  goesOnFrom: Position | null,
): Promise<SampleFate> {
  const fate = { same: 0, changed: 0, gone: 0, other: 0, earlier: 0 };
  if (sample.length === 0) return fate;
  if (table.key.length === 0) {
    for (const row of sample) fate[(await isThere(session, table, row)) ? 'same' : 'gone'] += 1;
    return fate;
  }
  const found = new Map(
    (await readRows(session, table, keysOf(table, sample))).map((row) => [row.key.join('\0'), row]),
  );
  for (const row of sample) fate[fateOfRow(table, row, found.get(row.key.join('\0')), goesOnFrom)] += 1;
  return fate;
}

function fateOfRow(
  table: SourceTable,
  before: SampledRow,
  now: SampledRow | undefined,
  goesOnFrom: Position | null,
): keyof SampleFate {
  if (now === undefined) return 'gone';
  if (now.cursor === before.cursor) return now.hash === before.hash ? 'same' : 'other';
  const isRead = goesOnFrom === null || isAtOrAfter(table, [now.cursor], goesOnFrom);
  return isRead || isAtOrAfter(table, [now.cursor], [before.cursor]) ? 'changed' : 'earlier';
}

function keysOf(table: SourceTable, sample: readonly SampledRow[]): string {
  const { key, keyIndex } = table;
  const conditions = sample.map((row) => `(${all(...key.map((column, at) => equal(column, row.key[at]!)))})`);
  return `${from(table, keyIndex)} WHERE ${conditions.join(' OR ')}`;
}

async function isThere(session: Session, table: SourceTable, row: SampledRow): Promise<boolean> {
  const where = `${equal(table.cursor, row.cursor)} AND ${hashOf(table)} = ${row.hash}`;
  return (await session.value(`SELECT 1 FROM ${from(table, table.index)} WHERE ${where} LIMIT 1`)) !== null;
}

function equal(column: SourceColumn, value: string): string {
  return `${quoteIdentifier(column.name)} = ${literal(column, value)}`;
}

async function readRows(session: Session, table: SourceTable, rest: string): Promise<readonly SampledRow[]> {
  const rows = await session.query(`SELECT ${sampledColumns(table)} FROM ${rest}`);
  return rows.map((row) => {
    const [hash, cursor, ...key] = Object.values(row).map(String);
    return { hash: hash!, cursor: cursor!, key };
  });
}

function sampledColumns(table: SourceTable): string {
  const { cursor, key } = table;
  return [hashOf(table), ...[cursor, ...key].map(positionExpression)]
    .map((expression, at) => `${expression} AS c${at}`)
    .join(', ');
}

/**
 * A number of 32 bits of a row's values, but for those that may have megabytes, as the server has them; the same for the
 * same rows on any server.
 */
function hashOf({ columns, key }: SourceTable): string {
  const own = columns.filter((column) => column.mask === null && column.long !== true && !isHidden(column));
  const values = [...key, ...own].map(
    ({ name }) => `COALESCE(HEX(CAST(${quoteIdentifier(name)} AS BINARY)), '-')`,
  );
  return `CRC32(CONCAT_WS(',', ${values.join(', ')}))`;
}

/** A column that the sink alone has. */
function isHidden({ name, expression }: SourceColumn): boolean {
  return !expression.includes(quoteIdentifier(name));
}
