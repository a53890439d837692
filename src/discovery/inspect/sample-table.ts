import { qualifiedName, quoteIdentifier } from '../../databases/identifiers.ts';
import type { ServerInfo } from '../../databases/server.ts';
import type { Row, Session } from '../../databases/session.ts';
import { type ColumnInfo, isTime } from '../../schema/introspect-tables.ts';
import { keyOf } from '../../pipeline/source/table-indexes.ts';
import type { ColumnSample, SchemaFacts, TableFacts, TableSample } from '../facts.ts';

/** Rows that are looked at: the last ones by the key, where what is wrong with new rows shows. */
export const SAMPLE_ROWS = 10_000;
/** A table whose rows are megabytes long is not worth more. */
const SAMPLE_SECONDS = 2;

/** Which columns to look at, and the one that says when a row was made. */
export interface SampleRequest {
  readonly columns: readonly ColumnInfo[];
  readonly created: ColumnInfo | null;
}

/**
 * Looks at the last rows of a table, in one statement that the server ends after two seconds. Throws the server's error,
 * also for that end (`isStatementInterrupted`).
 */
export async function sampleTable(
  session: Session,
  facts: TableFacts,
  { schema, server, clock }: Pick<SchemaFacts, 'schema' | 'server' | 'clock'>,
  { columns, created }: SampleRequest,
): Promise<TableSample> {
  const names = [...new Set([...columns, ...(created === null ? [] : [created])].map(({ name }) => name))];
  const key = keyOf(facts.table, facts.indexes);
  const order = key.ordered
    ? ` ORDER BY ${key.columns.map((name) => `${quoteIdentifier(name)} DESC`).join(', ')}`
    : '';
  const lists = columns.map((column, at) => figures(column, created, at, clock));
  const rows = `SELECT ${names.map(quoteIdentifier).join(', ')} FROM ${qualifiedName(schema, facts.table.name)}${order} LIMIT ${SAMPLE_ROWS}`;
  const [row = {}] = await session.query(
    timed(`COUNT(*) AS n, UTC_TIMESTAMP(6) AS utc, ${lists.join(', ')} FROM (${rows}) AS last_rows`, server),
  );
  return {
    rows: numberOf(row, 'n'),
    utc: textOf(row, 'utc') ?? '',
    columns: new Map(
      columns.map(({ name }, at): [string, ColumnSample] => [
        name,
        {
          nulls: numberOf(row, `nulls${at}`),
          zeros: numberOf(row, `zeros${at}`),
          distinct: numberOf(row, `distinct${at}`),
          future: numberOf(row, `future${at}`),
          latest: textOf(row, `latest${at}`),
          earliest: textOf(row, `earliest${at}`),
          moved: row[`moved${at}`] === undefined ? null : numberOf(row, `moved${at}`),
        },
      ]),
    ),
  };
}

function figures(
  column: ColumnInfo,
  created: ColumnInfo | null,
  at: number,
  clock: SchemaFacts['clock'],
): string {
  const name = quoteIdentifier(column.name);
  const time = isTime(column);
  const real = time ? `YEAR(${name}) > 0` : `${name} <> 0`;
  // Which numbers are in the future depends on their unit, which is told by what is found here.
  const now = `UTC_TIMESTAMP() + INTERVAL ${column.dataType === 'timestamp' ? 1 : clock.offsetMinutes + 1} MINUTE`;
  const future = time ? `SUM(${name} > ${now})` : '0';
  return [
    `SUM(${name} IS NULL) AS nulls${at}`,
    `SUM(NOT (${real})) AS zeros${at}`,
    `COUNT(DISTINCT ${name}) AS distinct${at}`,
    `${future} AS future${at}`,
    `CAST(MAX(${name}) AS CHAR) AS latest${at}`,
    `CAST(MIN(CASE WHEN ${real} THEN ${name} END) AS CHAR) AS earliest${at}`,
    ...(created === null || created.name === column.name || isTime(created) !== time
      ? []
      : [`SUM(${name} > ${quoteIdentifier(created.name)}) AS moved${at}`]),
  ].join(', ');
}

function timed(statement: string, { flavour }: ServerInfo): string {
  return flavour === 'mariadb'
    ? `SET STATEMENT max_statement_time = ${SAMPLE_SECONDS} FOR SELECT ${statement}`
    : `SELECT /*+ MAX_EXECUTION_TIME(${SAMPLE_SECONDS * 1000}) */ ${statement}`;
}

function numberOf(row: Row, name: string): number {
  return Number(row[name] ?? 0);
}

function textOf(row: Row, name: string): string | null {
  const value = (row[name] ?? null) as string | number | null;
  return value === null ? null : String(value);
}
