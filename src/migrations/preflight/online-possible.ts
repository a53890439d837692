import type { ServerFlavour } from '../../databases/server.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';
import type { Finding } from '../finding.ts';
import type { Candidate, PreflightSubject } from './check.ts';
import { readVariables } from './variables.ts';

/**
 * What is to be built without blocking writers can be. The server would refuse too (errors 1845, 1846), but after the
 * tables before it were built. Sources: MySQL manual, "Online DDL Operations"; MariaDB, "InnoDB Online DDL Overview".
 */
export async function onlinePossible({
  candidates,
  database,
  inspection,
  session,
}: PreflightSubject): Promise<readonly Finding[]> {
  const galera = (await readVariables(session, ['wsrep_on'])).get('wsrep_on') === 'ON';
  const { flavour } = database.server;
  return candidates.flatMap((candidate): readonly Finding[] => {
    const table = inspection.tables.get(candidate.definition.table);
    if (table === undefined || !candidate.migration.online || candidate.strategy !== 'native') return [];
    const reason = obstacle(candidate, table, { galera, flavour });
    if (reason === null) return [];
    return [
      {
        severity: 'refuse',
        check: 'online-possible',
        migration: candidate.migration.name,
        message: `index ${candidate.definition.name} of ${table.name} cannot be built while others write: ${reason}`,
        hint: 'say "online: false" in the migration file to allow a build that blocks writers, and run it in a quiet hour',
      },
    ];
  });
}

function obstacle(
  { definition }: Candidate,
  table: TableInfo,
  { galera, flavour }: { readonly galera: boolean; readonly flavour: ServerFlavour },
): string | null {
  if (definition.type !== 'BTREE') return `the server builds ${definition.type} indexes under a lock`;
  if (table.engine !== 'InnoDB') return `${table.engine ?? 'its engine'} has no online DDL`;
  if (flavour === 'mysql' && definition.parts.some(({ kind }) => kind === 'expression')) {
    return 'its expression becomes a virtual column, which MySQL does not add and index at once under LOCK=NONE';
  }
  // By total order isolation, tested: an insert into any table waits for its certification until the build is done.
  return galera ? 'in a Galera cluster all writes wait until it is done, whatever LOCK=NONE says' : null;
}
