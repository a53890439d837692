import { readGrants } from '../../databases/grants.ts';
import type { Finding } from '../finding.ts';
import { missingForMigrating } from '../required-privileges.ts';
import type { PreflightSubject } from './check.ts';

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
  return missingForMigrating(grants, schema, tables).map(({ table, privileges, grant }) => ({
    severity: 'refuse',
    check: 'privileges-suffice',
    migration: null,
    message: `the user lacks ${privileges.join(', ')} on ${schema}.${table}`,
    hint: `${grant};`,
  }));
}
