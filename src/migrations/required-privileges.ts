import type { Grants } from '../databases/grants.ts';
import { qualifiedName } from '../databases/identifiers.ts';
import { HISTORY_TABLE, LEDGER_TABLE } from './ledger-format.ts';

/** What an account lacks on one table. */
export interface MissingPrivileges {
  readonly table: string;
  readonly privileges: readonly string[];
  /** The statement that gives it. */
  readonly grant: string;
}

/** ADD INDEX by ALTER TABLE needs ALTER and INDEX (MySQL asks for CREATE and INSERT only where the table is renamed). */
const TABLE_PRIVILEGES = ['ALTER', 'INDEX'] as const;
const LEDGER_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE'] as const;
/**
 * `information_schema.COLUMNS` shows a column only to who has one of these on it (MySQL manual, "The INFORMATION_SCHEMA
 * COLUMNS Table"). The last one opens no row, so it is the one that is asked for.
 */
const COLUMN_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'] as const;

/** What keeps an account from migrating the indexes of these tables; empty where nothing does. */
export function missingForMigrating(
  grants: Grants,
  schema: string,
  tables: readonly string[],
): readonly MissingPrivileges[] {
  const lacks = (table: string, privileges: readonly string[]) =>
    privileges.filter((privilege) => !grants.allows(privilege, schema, table));
  const seesColumns = (table: string) =>
    COLUMN_PRIVILEGES.some((privilege) => grants.allows(privilege, schema, table));
  const missing = [
    ...tables.map((table) => ({
      table,
      privileges: [...lacks(table, TABLE_PRIVILEGES), ...(seesColumns(table) ? [] : ['REFERENCES'])],
    })),
    ...[LEDGER_TABLE, HISTORY_TABLE].map((table) => ({ table, privileges: lacks(table, LEDGER_PRIVILEGES) })),
  ];
  return missing
    .filter(({ privileges }) => privileges.length > 0)
    .map(({ table, privileges }) => ({
      table,
      privileges,
      grant: `GRANT ${privileges.join(', ')} ON ${qualifiedName(schema, table)} TO ${grants.account}`,
    }));
}
