import type { Row, Session } from './session.ts';

/** How a server would reach the rows of a query's only table. */
export interface TableAccess {
  readonly table: string;
  /** Null where no index is used. */
  readonly index: string | null;
  /** `range` and `ref` read part of an index; `index` reads all of it; `all` reads the table. */
  readonly access: 'const' | 'ref' | 'range' | 'index' | 'all' | 'other';
  /** The word of the server. */
  readonly accessType: string;
  readonly rowsEstimated: number | null;
  /** The rows are sorted after they were read: the index does not give their order. */
  readonly sorts: boolean;
}

/**
 * Asks the server how it would run a SELECT over one table. Null where the server knows without reading that there is
 * nothing to read. Throws the driver's error for a query that the server refuses, such as 1176 for a forced index
 * that is not there.
 */
export async function explain(session: Session, sql: string): Promise<TableAccess | null> {
  const text = await session.value<string>(`EXPLAIN FORMAT=JSON ${sql}`);
  return parseExplainJson(String(text));
}

/**
 * Reads EXPLAIN FORMAT=JSON of MySQL (format versions 1 and 2) and of MariaDB. They nest differently and agree on
 * one thing: the object that stands for the table has `table_name`.
 */
export function parseExplainJson(text: string): TableAccess | null {
  const found: Row[] = [];
  const sorts = visit(JSON.parse(withJsonEscapes(text)) as unknown, found);
  const node = found[0];
  if (node === undefined) return null;
  const accessType =
    [node['index_access_type'], node['access_type']].find((word) => typeof word === 'string') ?? '';
  const index = node['key'] ?? node['index_name'];
  const rows = node['rows_examined_per_scan'] ?? node['rows'] ?? node['estimated_rows'];
  return {
    table: String(node['table_name']),
    index: typeof index === 'string' ? index : null,
    access: ACCESS[accessType] ?? 'other',
    accessType,
    rowsEstimated: rows === undefined ? null : Number(rows),
    sorts,
  };
}

/** MariaDB writes a text of the query as SQL escapes it: `\\'` in a condition, which is no JSON. */
function withJsonEscapes(text: string): string {
  return text.replaceAll(/\\(u[\da-f]{4}|.)/gis, (escape, escaped: string) =>
    /^(?:["\\/bfnrt]|u.{4})$/.test(escaped) ? escape : escaped,
  );
}

/**
 * First the words of `access_type` (MySQL manual "EXPLAIN Join Types", MariaDB documentation "EXPLAIN"), then those
 * of MySQL's format version 2.
 */
const ACCESS: Readonly<Record<string, TableAccess['access']>> = {
  system: 'const',
  const: 'const',
  eq_ref: 'ref',
  ref: 'ref',
  ref_or_null: 'ref',
  range: 'range',
  index: 'index',
  ALL: 'all',
  index_range_scan: 'range',
  multi_range_read: 'range',
  index_lookup: 'ref',
  index_scan: 'index',
  table: 'all',
};

function visit(value: unknown, found: Row[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.map((item) => visit(item, found)).includes(true);
  const node = value as Row;
  if (typeof node['table_name'] === 'string') found.push(node);
  const sortsHere = 'filesort' in node || node['using_filesort'] === true || node['access_type'] === 'sort';
  return (
    Object.values(node)
      .map((child) => visit(child, found))
      .includes(true) || sortsHere
  );
}
