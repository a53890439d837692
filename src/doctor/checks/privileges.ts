import { type Grants, readGrants } from '../../databases/grants.ts';
import { qualifiedName, quoteIdentifier } from '../../databases/identifiers.ts';
import { loadTables } from '../../pipeline/load-tables.ts';
import type { DatabaseCheck } from '../check.ts';
import { type Outcome, failed, passed, warning } from '../outcome.ts';

/** For the index migrations (MySQL manual, "ALTER TABLE Statement") and for the ledger's own tables. */
const MIGRATING = ['ALTER', 'CREATE', 'INDEX', 'INSERT', 'UPDATE', 'DELETE'] as const;

export const privilegesCheck: DatabaseCheck = {
  name: 'privileges',
  run: async ({ project, projectDatabase, database, session }) => {
    const tables =
      projectDatabase.tablesFile === null
        ? []
        : await loadTables(project, projectDatabase, database.config.tablePrefix);
    return judgePrivileges(await readGrants(session), {
      schema: database.schema,
      extracted: tables.map(({ name }) => name),
    });
  },
};

/**
 * Reading the extracted tables is needed, the rest by some commands: two users, one that migrates and one that
 * extracts, are better than one that may do all.
 */
export function judgePrivileges(
  grants: Grants,
  { schema, extracted }: { readonly schema: string; readonly extracted: readonly string[] },
): Outcome {
  const unreadable = extracted.filter((table) => !grants.allows('SELECT', schema, table));
  if (unreadable.length > 0) {
    return failed(
      `${grants.account} may not read ${unreadable.join(', ')}`,
      unreadable
        .map((table) => `GRANT SELECT ON ${qualifiedName(schema, table)} TO ${grants.account}`)
        .join('; '),
    );
  }
  const migrating = MIGRATING.filter((privilege) => !grants.allows(privilege, schema, null));
  const everywhere = `${quoteIdentifier(schema)}.*`;
  const lacks: { readonly what: string; readonly grant: string }[] = [];
  if (!grants.allows('PROCESS', null, null)) {
    lacks.push({
      what: 'PROCESS, so it does not see open transactions and the extraction keeps a larger lag',
      grant: `GRANT PROCESS ON *.* TO ${grants.account}`,
    });
  }
  if (migrating.length > 0) {
    lacks.push({
      what: `${migrating.join(', ')}, so it can extract but not migrate`,
      grant: `GRANT ${migrating.join(', ')} ON ${everywhere} TO ${grants.account}`,
    });
  }
  if (lacks.length === 0) return passed('may migrate and extract');
  return warning(
    `${grants.account} lacks ${lacks.map(({ what }) => what).join('; and ')}`,
    `if it is meant to: ${lacks.map(({ grant }) => grant).join('; ')}`,
  );
}
