import type { Database } from '../../databases/database.ts';
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
 * Reads from the database what the extracted tables are. Throws a WorkFailedError that lists every table and column
 * that is missing or cannot be read, before anything is read or written.
 */
export async function describeSource(
  database: Database,
  tables: readonly ExtractedTable[],
): Promise<readonly SourceTable[]> {
  await using session = await database.session();
  const { name, schema, server } = database;
  const names = tables.map((table) => table.name);
  const indexes = await introspectIndexes(session, server, { schema, tables: names });
  const infos = await introspectTables(session, { schema, tables: names, indexes });
  const missing = infos.length < new Set(names).size;
  const tableNames = missing ? await listTableNames(session, schema) : [];
  const serverTimeZone = await readServerTimeZone(session);
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
        hint: `mend tables/${name}.ts, or check that the database is the one that was meant`,
      },
    );
  }
  return resolved.flatMap((result) => (result.kind === 'resolved' ? [result.table] : []));
}

/** The offset of `@@global.time_zone` now, such as `+08:00`; the session's own is always `+00:00`. */
async function readServerTimeZone(session: Session): Promise<string> {
  const minutes = Number(
    await session.value(
      `SELECT ROUND(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', @@global.time_zone)) / 60)`,
    ),
  );
  const absolute = Math.abs(minutes);
  const hours = String(Math.floor(absolute / 60)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${hours}:${String(absolute % 60).padStart(2, '0')}`;
}
