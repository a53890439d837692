import type { Database } from '../../databases/database.ts';
import { readGrants } from '../../databases/grants.ts';
import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { WorkFailedError } from '../../errors.ts';
import { readVariables } from '../../migrations/preflight/variables.ts';
import { introspectIndexes } from '../../schema/introspect-indexes.ts';
import { introspectTables } from '../../schema/introspect-tables.ts';
import type { SchemaFacts, ServerClock } from '../facts.ts';

/**
 * Reads what a schema has: tables, columns, indexes, the server's clock; three queries however many tables there are.
 * Throws a WorkFailedError where there is no table, or none that the user may see.
 */
export async function readSchema(database: Database): Promise<SchemaFacts> {
  const { name, schema, server } = database;
  await using session = await database.session();
  const indexes = await introspectIndexes(session, server, { schema });
  const tables = await introspectTables(session, server, { schema, indexes });
  if (tables.length === 0) throw await nothingToSee(session, database);
  return {
    database: name,
    schema,
    server,
    tables,
    indexes,
    clock: await readClock(session),
    galera: (await readVariables(session, ['wsrep_on'])).get('wsrep_on') === 'ON',
  };
}

async function nothingToSee(session: Session, { schema, config }: Database): Promise<WorkFailedError> {
  const grants = await readGrants(session);
  if (grants.allows('SELECT', schema, null)) {
    return new WorkFailedError(`schema "${schema}" has no table`, {
      hint: 'nothing was written; run init again once there is a table, or check the schema in --url',
    });
  }
  return new WorkFailedError(`${config.user} sees no table of schema "${schema}"`, {
    hint: [
      `GRANT SELECT ON ${quoteIdentifier(schema)}.* TO ${grants.account}`,
      'if the user may read it already, the schema is empty',
    ],
  });
}

async function readClock(session: Session): Promise<ServerClock> {
  const [row] = await session.query<{ readonly timeZone: string; readonly offsetMinutes: number | null }>(
    `SELECT @@global.time_zone AS timeZone,
            TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', @@global.time_zone)) AS offsetMinutes`,
  );
  // NULL for a zone whose table is not loaded, which a server could hardly have as its own.
  return { timeZone: row?.timeZone ?? 'SYSTEM', offsetMinutes: row?.offsetMinutes ?? 0 };
}
