import { type Grants, readGrants } from '../../databases/grants.ts';
import { qualifiedName } from '../../databases/identifiers.ts';
import { loadMigrations } from '../../migrations/load-migrations.ts';
import { missingForMigrating } from '../../migrations/required-privileges.ts';
import { loadTables } from '../../pipeline/source/load-tables.ts';
import type { DatabaseCheck } from '../check.ts';
import { type Outcome, failed, passed, warning } from '../outcome.ts';

export const privilegesCheck: DatabaseCheck = {
  name: 'privileges',
  run: async ({ project, projectDatabase, database }) => {
    const { tablePrefix } = database.config;
    // What is wrong with the files is for the check of the files to tell.
    const migrations = await loadMigrations(project, projectDatabase, tablePrefix).catch(() => []);
    const tables =
      projectDatabase.tablesFile === null ? [] : await loadTables(project, projectDatabase, tablePrefix);
    await using session = await database.session();
    return judgePrivileges(await readGrants(session), {
      schema: database.schema,
      migrated: [...new Set(migrations.map(({ definition }) => definition.table))],
      extracted: tables.map(({ name }) => name),
    });
  },
};

/**
 * Two users, one that migrates and one that extracts, are better than one that may do all: an account that may do
 * neither fails, one that may do one of them is warned.
 */
function judgePrivileges(
  grants: Grants,
  place: {
    readonly schema: string;
    readonly migrated: readonly string[];
    readonly extracted: readonly string[];
  },
): Outcome {
  const { schema, migrated, extracted } = place;
  const { account } = grants;
  const unreadable = extracted.filter((table) => !grants.allows('SELECT', schema, table));
  const selects = unreadable.map((table) => `GRANT SELECT ON ${qualifiedName(schema, table)} TO ${account}`);
  const migrating = missingForMigrating(grants, schema, migrated);
  if (unreadable.length > 0 && migrating.length > 0) {
    return failed(`${account} may not read ${unreadable.join(', ')}`, selects.join('; '));
  }
  const lacks: { readonly what: string; readonly grants: readonly string[] }[] = [];
  if (unreadable.length > 0) {
    lacks.push({
      what: `SELECT on ${unreadable.join(', ')}, so it can migrate but not extract`,
      grants: selects,
    });
  } else if (extracted.length > 0 && !grants.allows('PROCESS', null, null)) {
    lacks.push({
      what: 'PROCESS, so it does not see open transactions and the extraction keeps a larger lag',
      grants: [`GRANT PROCESS ON *.* TO ${account}`],
    });
  }
  if (migrating.length > 0) {
    const names = [...new Set(migrating.flatMap(({ privileges }) => privileges))];
    lacks.push({
      what: `${names.join(', ')}, so it can extract but not migrate`,
      grants: migrating.map(({ grant }) => grant),
    });
  }
  if (lacks.length === 0) return passed('may migrate and extract');
  return warning(
    `${account} lacks ${lacks.map(({ what }) => what).join('; and ')}`,
    `if it is meant to: ${lacks.flatMap((lack) => lack.grants).join('; ')}`,
  );
}
