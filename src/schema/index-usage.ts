import type { ServerInfo } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import { readPerformanceSchema } from './usage/performance-schema.ts';
import type { IndexReads } from './usage/usage-source.ts';
import { readUserStatistics } from './usage/user-statistics.ts';

/** What a server's own counters say of its indexes. No numbers is not zero use, so their absence is a kind of its own. */
export type IndexUsage =
  | {
      readonly kind: 'measured';
      readonly source: 'performance_schema' | 'userstat';
      /** When the server started, ISO 8601 UTC: the counters begin there unless somebody reset them. */
      readonly since: string;
      /** Every index of the schema. */
      readonly reads: readonly IndexReads[];
    }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly mend: string };

/** Reads the index counters of a schema from performance_schema, else from MariaDB's userstat. */
export async function readIndexUsage(
  session: Session,
  server: ServerInfo,
  schema: string,
): Promise<IndexUsage> {
  const performanceSchema = await readPerformanceSchema(session, schema);
  if (performanceSchema.kind === 'measured') {
    return measured(session, schema, 'performance_schema', performanceSchema.reads);
  }
  if (server.flavour === 'mysql') return performanceSchema;
  const userStatistics = await readUserStatistics(session, schema);
  return userStatistics.kind === 'measured'
    ? measured(session, schema, 'userstat', userStatistics.reads)
    : userStatistics;
}

/** Reads through each index of a table, by index name; empty where the server does not count. */
export async function readIndexReads(
  session: Session,
  server: ServerInfo,
  { schema, table }: { readonly schema: string; readonly table: string },
): Promise<ReadonlyMap<string, number>> {
  const usage = await readIndexUsage(session, server, schema);
  if (usage.kind === 'unavailable') return new Map();
  return new Map(
    usage.reads.filter((entry) => entry.table === table).map(({ index, reads }) => [index, reads]),
  );
}

async function measured(
  session: Session,
  schema: string,
  source: 'performance_schema' | 'userstat',
  counted: readonly IndexReads[],
): Promise<IndexUsage> {
  const indexes = await session.query(
    `SELECT DISTINCT TABLE_NAME AS tableName, INDEX_NAME AS indexName FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, INDEX_NAME`,
    [schema],
  );
  const counts = new Map(counted.map(({ table, index, reads }) => [`${table}\n${index}`, reads]));
  const reads = indexes.map((row) => {
    const table = String(row['tableName']);
    const index = String(row['indexName']);
    return { table, index, reads: counts.get(`${table}\n${index}`) ?? 0 };
  });
  return { kind: 'measured', source, since: await serverStart(session), reads };
}

/** Both clocks count whole seconds, so two readings of one start may differ by a second. */
async function serverStart(session: Session): Promise<string> {
  const [row] = await session.query("SHOW GLOBAL STATUS LIKE 'Uptime'");
  const now = Number(await session.value('SELECT UNIX_TIMESTAMP()'));
  return new Date((now - Number(row?.['Value'] ?? 0)) * 1000).toISOString();
}
