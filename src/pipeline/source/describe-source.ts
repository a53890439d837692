import type { Database } from '../../databases/database.ts';
import { explainConnectionError } from '../../databases/explain-connection-error.ts';
import { idempotently } from '../../databases/idempotently.ts';
import { isConnectionLost } from '../../databases/server-errors.ts';
import type { Session } from '../../databases/session.ts';
import { WorkFailedError } from '../../errors.ts';
import { introspectIndexes } from '../../schema/introspect-indexes.ts';
import { introspectTables, listTableNames } from '../../schema/introspect-tables.ts';
import type { ExtractedTable } from './load-tables.ts';
import { resolveTable } from './resolve-table.ts';
import type { SourceTable } from './source-table.ts';

/** An open database and those of its tables that are to be moved. */
export interface ExtractedDatabase {
  readonly database: Database;
  readonly tables: readonly ExtractedTable[];
}

/**
 * Reads from the database what the extracted tables are, again on another connection if one dies. Throws a WorkFailedError
 * that lists every table and column that is missing or cannot be read, before anything is read or written.
 */
export async function describeSource(
  database: Database,
  tables: readonly ExtractedTable[],
): Promise<readonly SourceTable[]> {
  try {
    return await idempotently(database, (session) => describe(session, database, tables));
  } catch (error) {
    throw isConnectionLost(error) ? explainConnectionError(error, database.config) : error;
  }
}

async function describe(
  session: Session,
  database: Database,
  tables: readonly ExtractedTable[],
): Promise<readonly SourceTable[]> {
  const { name, schema, server } = database;
  const names = tables.map((table) => table.name);
  const indexes = await introspectIndexes(session, server, { schema, tables: names });
  const infos = await introspectTables(session, server, { schema, tables: names, indexes });
  const missing = infos.length < new Set(names).size;
  const tableNames = missing ? await listTableNames(session, server, schema) : [];
  const serverTimeZone = String(await session.value('SELECT @@global.time_zone'));
  const resolved = tables.map((extracted) => {
    const table = infos.find((info) => info.name === extracted.name);
    return resolveTable(
      extracted,
      { table, indexes, tableNames, serverTimeZone },
      { database: name, schema, server },
    );
  });
  const faults = resolved.flatMap((result) => (result.kind === 'faulty' ? result.faults : []));
  if (faults.length > 0) {
    throw new WorkFailedError(
      faults.length === 1 ? faults[0]! : `cannot extract:\n  - ${faults.join('\n  - ')}`,
      {
        hint: `fix tables/${name}.ts, or check that the database is the one that was meant`,
      },
    );
  }
  return resolved.flatMap((result) => (result.kind === 'resolved' ? [result.table] : []));
}
