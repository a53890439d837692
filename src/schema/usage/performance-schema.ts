import { readGrants } from '../../databases/grants.ts';
import { isPrivilegeMissing } from '../../databases/server-errors.ts';
import type { Session } from '../../databases/session.ts';
import type { UsageSourceResult } from './usage-source.ts';

/** The instrument that counts reads and writes of tables; on by default wherever performance_schema is. */
const INSTRUMENT = 'wait/io/table/sql/handler';

/**
 * Reads per index from `performance_schema.table_io_waits_summary_by_index_usage` (MySQL manual, "Table I/O Wait Summary
 * Tables"; MariaDB has the same table).
 */
export async function readPerformanceSchema(session: Session, schema: string): Promise<UsageSourceResult> {
  if (Number(await session.value('SELECT @@performance_schema')) !== 1) {
    return {
      kind: 'unavailable',
      reason: 'performance_schema is off',
      mend: 'set performance_schema=ON in the server configuration and restart the server',
    };
  }
  try {
    return (await switchedOff(session)) ?? { kind: 'measured', reads: await countReads(session, schema) };
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    return {
      kind: 'unavailable',
      reason: 'the user may not read performance_schema',
      mend: `GRANT SELECT ON performance_schema.* TO ${(await readGrants(session)).account}`,
    };
  }
}

async function switchedOff(session: Session): Promise<UsageSourceResult | null> {
  const consumer = await session.value(
    "SELECT ENABLED FROM performance_schema.setup_consumers WHERE NAME = 'global_instrumentation'",
  );
  if (consumer !== 'YES') {
    return {
      kind: 'unavailable',
      reason: 'the consumer global_instrumentation of performance_schema is off',
      mend: "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'global_instrumentation'",
    };
  }
  const instrument = await session.value(
    'SELECT ENABLED FROM performance_schema.setup_instruments WHERE NAME = ?',
    [INSTRUMENT],
  );
  if (instrument === 'YES') return null;
  return {
    kind: 'unavailable',
    reason: `the instrument ${INSTRUMENT} of performance_schema is off`,
    mend: `UPDATE performance_schema.setup_instruments SET ENABLED = 'YES' WHERE NAME = '${INSTRUMENT}'`,
  };
}

async function countReads(session: Session, schema: string) {
  const rows = await session.query(
    `SELECT OBJECT_NAME AS tableName, INDEX_NAME AS indexName, COUNT_READ AS countRead
       FROM performance_schema.table_io_waits_summary_by_index_usage
      WHERE OBJECT_SCHEMA = ? AND INDEX_NAME IS NOT NULL`,
    [schema],
  );
  return rows.map((row) => ({
    table: String(row['tableName']),
    index: String(row['indexName']),
    reads: Number(row['countRead']),
  }));
}
