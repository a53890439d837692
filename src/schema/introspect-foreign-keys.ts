import type { ServerInfo } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import { groupBy } from './group-by.ts';
import { readDictionary } from './read-dictionary.ts';

export interface ForeignKey {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
}

// A type alias: an interface is no `Row`, for it could be extended.
type ColumnUsageRow = {
  readonly name: string;
  readonly tableSchema: string;
  readonly tableName: string;
  readonly columnName: string;
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumn: string;
};

/** Reads the foreign keys that these tables have, and those of any schema that reference them. */
export async function introspectForeignKeys(
  session: Session,
  server: ServerInfo,
  { schema, tables }: { readonly schema: string; readonly tables: readonly string[] },
): Promise<readonly ForeignKey[]> {
  if (tables.length === 0) return [];
  const names = tables.map(() => '?').join(', ');
  const rows = await readDictionary<ColumnUsageRow>(
    session,
    server,
    `SELECT CONSTRAINT_NAME AS name, TABLE_SCHEMA AS tableSchema, TABLE_NAME AS tableName, COLUMN_NAME AS columnName,
            REFERENCED_TABLE_SCHEMA AS referencedSchema, REFERENCED_TABLE_NAME AS referencedTable,
            REFERENCED_COLUMN_NAME AS referencedColumn
       FROM information_schema.KEY_COLUMN_USAGE
      WHERE REFERENCED_TABLE_NAME IS NOT NULL
        AND ((TABLE_SCHEMA = ? AND TABLE_NAME IN (${names}))
          OR (REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IN (${names})))
      ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
    [schema, ...tables, schema, ...tables],
  );
  const keys = groupBy(rows, (row) => JSON.stringify([row.tableSchema, row.tableName, row.name]));
  return [...keys.values()].map((parts) => {
    const { name, tableSchema, tableName, referencedSchema, referencedTable } = parts[0]!;
    return {
      name,
      schema: tableSchema,
      table: tableName,
      columns: parts.map(({ columnName }) => columnName),
      referencedSchema,
      referencedTable,
      referencedColumns: parts.map(({ referencedColumn }) => referencedColumn),
    };
  });
}
