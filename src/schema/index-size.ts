import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import type { IndexDefinition } from './index-definition.ts';

/**
 * Bytes of an InnoDB index by the persistent statistics, or null where they cannot be read (no SELECT on the `mysql`
 * schema, another engine, statistics that are not up to date yet).
 */
export async function indexBytes(
  session: Session,
  { schema }: Pick<Database, 'schema'>,
  { table, name }: Pick<IndexDefinition, 'table' | 'name'>,
): Promise<number | null> {
  const bytes = await session
    .value(
      `SELECT stat_value * @@innodb_page_size FROM mysql.innodb_index_stats
        WHERE database_name = ? AND table_name = ? AND index_name = ? AND stat_name = 'size'`,
      [schema, table, name],
    )
    .catch(() => null);
  return bytes === null ? null : Number(bytes);
}
