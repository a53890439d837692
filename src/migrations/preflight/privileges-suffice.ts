import { quoteIdentifier } from '../../databases/identifiers.ts';
import { readGrants } from '../../databases/grants.ts';
import type { Finding } from '../finding.ts';
import { HISTORY_TABLE, LEDGER_TABLE } from '../ledger-format.ts';
import type { PreflightSubject } from './check.ts';

/** ADD INDEX by ALTER TABLE needs ALTER and INDEX (MySQL asks for CREATE and INSERT only where the table is renamed). */
const TABLE_PRIVILEGES = ['ALTER', 'INDEX'] as const;
const LEDGER_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE'] as const;

/** The user may do what is planned; otherwise the exact GRANT that is missing is told. */
export async function privilegesSuffice({
  candidates,
  session,
  database,
}: PreflightSubject): Promise<readonly Finding[]> {
  if (candidates.length === 0) return [];
  const grants = await readGrants(session).catch(() => null);
  if (grants === null) return [];
  const { schema } = database;
  const tables = [...new Set(candidates.map(({ definition }) => definition.table))];
  const wanted = [
    ...tables.map((table) => ({ table, privileges: TABLE_PRIVILEGES as readonly string[] })),
    ...[LEDGER_TABLE, HISTORY_TABLE].map((table) => ({
      table,
      privileges: LEDGER_PRIVILEGES as readonly string[],
    })),
  ];
  return wanted.flatMap(({ table, privileges }): readonly Finding[] => {
    const missing = privileges.filter((privilege) => !grants.allows(privilege, schema, table));
    if (missing.length === 0) return [];
    const on = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
    return [
      {
        severity: 'refuse',
        check: 'privileges-suffice',
        migration: null,
        message: `the user lacks ${missing.join(', ')} on ${schema}.${table}`,
        hint: `GRANT ${missing.join(', ')} ON ${on} TO ${grants.account};`,
      },
    ];
  });
}
