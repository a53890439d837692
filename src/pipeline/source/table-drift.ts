import type { Database } from '../../databases/database.ts';
import type { Session } from '../../databases/session.ts';
import { introspectIndexes } from '../../schema/introspect-indexes.ts';
import { findColumn, introspectTables, listBaseTables } from '../../schema/introspect-tables.ts';
import type { ExtractedTable } from './load-tables.ts';
import { isWatermark } from './table-spec.ts';
import { keyOf, servingIndex } from './table-indexes.ts';

/** How a table file and its database have moved apart. */
export type TableDrift =
  /** The database has a table that the table file neither moves nor leaves out. */
  | { readonly kind: 'unmentioned'; readonly table: string }
  | { readonly kind: 'table-gone'; readonly table: string }
  | { readonly kind: 'cursor-gone'; readonly table: string; readonly cursor: string }
  /** No index serves the cursor. */
  | { readonly kind: 'index-gone'; readonly table: string; readonly cursor: string; readonly index: string };

/** What a project's table file says of a database's tables, by their names there. */
export interface MentionedTables {
  readonly extracted: readonly ExtractedTable[];
  readonly leftOut: ReadonlySet<string>;
}

/** Tables that tidemark makes itself. */
const OWN = /^tidemark_/;

/** Compares the table file with the tables that the database has, views aside; by name, the unmentioned ones last. */
export async function findTableDrift(
  session: Session,
  { schema, server }: Pick<Database, 'schema' | 'server'>,
  { extracted, leftOut }: MentionedTables,
): Promise<readonly TableDrift[]> {
  const names = extracted.map(({ name }) => name);
  const indexes = await introspectIndexes(session, server, { schema, tables: names });
  const tables = await introspectTables(session, server, { schema, tables: names, indexes });
  const drifts = extracted.flatMap((entry): readonly TableDrift[] => {
    const info = tables.find((candidate) => candidate.name === entry.name);
    if (info === undefined) return [{ kind: 'table-gone', table: entry.name }];
    if (!isWatermark(entry.spec)) return [];
    const { cursor: wanted, index, skipScan = [] } = entry.spec;
    const cursor = findColumn(info, wanted)?.name;
    if (cursor === undefined) return [{ kind: 'cursor-gone', table: entry.name, cursor: wanted }];
    const leading = skipScan.map((name) => findColumn(info, name)?.name ?? name);
    const order = { leading, cursor, key: keyOf(info, indexes) };
    return servingIndex(index, order, { table: info, server, indexes }) === null
      ? [{ kind: 'index-gone', table: entry.name, cursor, index }]
      : [];
  });
  const mentioned = new Set([...names, ...leftOut]);
  const present = await listBaseTables(session, server, schema);
  const unmentioned = present.filter((table) => !mentioned.has(table) && !OWN.test(table));
  return [...drifts, ...unmentioned.map((table) => ({ kind: 'unmentioned' as const, table }))];
}
