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
 *
 * Asked for as rows: they carry none of the query's values. MariaDB writes those into its FORMAT=JSON as they are, and a
 * quote or a tab in a key makes it no JSON (tested on 10.11).
 */
export async function explain(session: Session, sql: string): Promise<TableAccess | null> {
  const [row] = await session.query(`EXPLAIN FORMAT=TRADITIONAL ${sql}`);
  return row === undefined ? null : tableAccess(row);
}

/** Reads the row that EXPLAIN has for the only table of a query. */
export function tableAccess(row: Row): TableAccess | null {
  const { table, type, key, rows, Extra: extra } = row;
  // "Impossible WHERE" and its like stand beside no table and no way to reach it.
  if (typeof table !== 'string' || typeof type !== 'string') return null;
  return {
    table,
    index: typeof key === 'string' ? key : null,
    access: ACCESS[type] ?? 'other',
    accessType: type,
    rowsEstimated: rows === null || rows === undefined ? null : Number(rows),
    sorts: typeof extra === 'string' && /\bUsing filesort\b/.test(extra),
  };
}

/** The words of "EXPLAIN Join Types" (MySQL manual) and "EXPLAIN" (MariaDB documentation). */
const ACCESS: Readonly<Record<string, TableAccess['access']>> = {
  system: 'const',
  const: 'const',
  eq_ref: 'ref',
  ref: 'ref',
  ref_or_null: 'ref',
  range: 'range',
  index: 'index',
  ALL: 'all',
};
