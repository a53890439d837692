import { explain } from '../../databases/explain-plan.ts';
import type { Session } from '../../databases/session.ts';
import { type Checksum, unite } from '../../rows/checksum.ts';
import type { KeyWindow } from '../../rows/position.ts';
import { rangesOf } from '../source/keyset.ts';
import { all, from } from '../source/queries.ts';
import type { SourceColumn, SourceTable } from '../source/source-table.ts';

/** Columns whose values the server cannot hash as the sink holds them, since they are masked on the way. */
export function unhashableColumns(columns: readonly SourceColumn[]): readonly SourceColumn[] {
  return columns.filter(({ mask }) => mask === 'hash' || mask === 'last-four');
}

/**
 * The checksums of windows of the key (see checksum.ts), computed by the server: one statement, in which every range is
 * a range scan of the primary key. `condition` selects among the rows.
 */
export async function sourceChecksums(
  session: Session,
  table: SourceTable,
  windows: readonly KeyWindow[],
  condition: string,
): Promise<readonly Checksum[]> {
  const statements = windows.flatMap((window, number) =>
    rangesOf(table.key, window).map((range) => checksumQuery(table, number, all(range, condition))),
  );
  const rows = statements.length === 0 ? [] : await session.query(statements.join(' UNION ALL '));
  return windows.map((_, number) =>
    unite(
      rows
        .filter((row) => Number(row['part']) === number)
        .map((row) => ({ rows: Number(row['found']), hash: BigInt(String(row['hash'])) })),
    ),
  );
}

/** Rows that the server expects to read for a window's checksum, from its dives into the index. */
export async function estimatedRows(
  session: Session,
  table: SourceTable,
  window: KeyWindow,
): Promise<number> {
  let rows = 0;
  for (const range of rangesOf(table.key, window))
    rows += (await explain(session, checksumQuery(table, 0, range)))?.rowsEstimated ?? 0;
  return rows;
}

function checksumQuery(table: SourceTable, number: number, where: string): string {
  const text = `CONCAT_WS(',', ${table.columns.map(form).join(', ')})`;
  // MySQL 9.6 took MD5 and SHA1 out; SHA2 is in every version of all servers.
  const hash = `CAST(CONV(LEFT(SHA2(${text}, 256), 16), 16, 10) AS UNSIGNED)`;
  return (
    `SELECT ${number} AS part, COUNT(*) AS found, CAST(BIT_XOR(${hash}) AS CHAR) AS hash` +
    ` FROM ${from(table, table.keyIndex)}${where === '' ? '' : ` WHERE ${where}`}`
  );
}

/**
 * A column's form. A value that is too long for the server to hash (`max_allowed_packet`) makes its form NULL, which
 * CONCAT_WS leaves out: the row then has too few commas to equal any.
 */
function form(column: SourceColumn): string {
  const value = column.expression;
  if (column.mask === 'null') return "''";
  switch (column.type.kind) {
    case 'integer':
    case 'decimal':
    case 'bits':
      // In a sum the zeros of ZEROFILL are gone, YEAR and BIT are numbers.
      return orEmpty(column, `${value} + 0`);
    case 'float':
    case 'double':
      return orEmpty(column, `${value} + 0E0`);
    case 'date':
    case 'timestamp':
      // NULL for a date that is in no calendar, which the sink has as NULL, too.
      return `IFNULL(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${value}), '')`;
    case 'text':
      return orEmpty(column, `CONCAT('x', HEX(CONVERT(${value} USING utf8mb4)))`);
    case 'bytes':
      return orEmpty(column, `CONCAT('x', HEX(${value}))`);
    case 'geometry':
      // After the SRID of 4 bytes.
      return orEmpty(column, `CONCAT('x', SUBSTRING(HEX(${value}), 9))`);
  }
}

function orEmpty(column: SourceColumn, text: string): string {
  const { nullable, expression: value } = column;
  return nullable ? `IF(${value} IS NULL, '', ${text})` : text;
}
