import type { Database } from '../../databases/database.ts';
import { qualifiedName } from '../../databases/identifiers.ts';
import { readGrants } from '../../databases/grants.ts';
import { isPrivilegeMissing, isStatementInterrupted } from '../../databases/server-errors.ts';
import type { Session } from '../../databases/session.ts';
import { settleAll } from '../../errors.ts';
import { foreignKeyClauses } from '../../schema/foreign-key-clauses.ts';
import type { SchemaFacts, TableFacts, TableReading } from '../facts.ts';
import { type SampleRequest, sampleTable } from './sample-table.ts';

/** A table, and which of its columns are worth a look. */
export interface TableRequest {
  readonly facts: TableFacts;
  /** Null for a table without a column to look at. */
  readonly sample: SampleRequest | null;
}

/** Sessions that share the tables: enough to make up for a distant server, few enough not to be noticed. */
const SIDE_BY_SIDE = 4;

/** Samples tables and reads their foreign keys: two short statements a table. */
export async function readTables(
  database: Database,
  schema: SchemaFacts,
  requests: readonly TableRequest[],
): Promise<ReadonlyMap<string, TableReading>> {
  const readings = new Map<string, TableReading>();
  // Shared: each session takes the next table that nobody has taken.
  const queue = requests.values();
  const work = async () => {
    // An account that may have one connection gets through as well: the others find nothing left to do.
    await using session = await database.session();
    for (const request of queue) {
      readings.set(request.facts.table.name, await readTable(session, schema, request));
    }
  };
  await settleAll(Array.from({ length: Math.min(SIDE_BY_SIDE, requests.length) }, work));
  return readings;
}

async function readTable(
  session: Session,
  schema: SchemaFacts,
  { facts, sample }: TableRequest,
): Promise<TableReading> {
  const { name, engine } = facts.table;
  try {
    // The engine that has foreign keys.
    const foreignKeys =
      engine?.toLowerCase() === 'innodb'
        ? await foreignKeyClauses(session, { schema: schema.schema, name })
        : [];
    if (sample === null) return { kind: 'read', sample: null, foreignKeys };
    try {
      return { kind: 'read', sample: await sampleTable(session, facts, schema, sample), foreignKeys };
    } catch (error) {
      if (!isStatementInterrupted(error)) throw error;
      return { kind: 'slow', foreignKeys };
    }
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    const { account } = await readGrants(session);
    return {
      kind: 'refused',
      reason: `the user may not read it: GRANT SELECT ON ${qualifiedName(schema.schema, name)} TO ${account}`,
    };
  }
}
