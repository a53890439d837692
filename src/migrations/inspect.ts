import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { groupBy } from '../schema/group-by.ts';
import { type IntrospectedIndex, introspectIndexes } from '../schema/introspect-indexes.ts';
import { type TableInfo, introspectTables, listTableNames } from '../schema/introspect-tables.ts';

/** What the database has of the tables that a run is about. */
export interface Inspection {
  /** Those of the tables that exist. */
  readonly tables: ReadonlyMap<string, TableInfo>;
  /** By table, the primary key included. */
  readonly indexes: ReadonlyMap<string, readonly IntrospectedIndex[]>;
  /** All names of the schema, for suggestions. */
  readonly tableNames: readonly string[];
}

export async function inspect(
  session: Session,
  { server, schema }: Pick<Database, 'server' | 'schema'>,
  tables: readonly string[],
): Promise<Inspection> {
  const names = [...new Set(tables)];
  const infos = await introspectTables(session, server, { schema, tables: names });
  const indexes = await introspectIndexes(session, server, { schema, tables: names });
  return {
    tables: new Map(infos.map((table) => [table.name, table])),
    indexes: groupBy(indexes, (index) => index.table),
    tableNames: await listTableNames(session, server, schema),
  };
}

/** The index of this name, which is compared as the servers compare it: without regard to case. */
export function findIndex(
  inspection: Pick<Inspection, 'indexes'>,
  table: string,
  name: string,
): IntrospectedIndex | undefined {
  return inspection.indexes.get(table)?.find((index) => index.name.toLowerCase() === name.toLowerCase());
}
