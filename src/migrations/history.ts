import { z } from 'zod';
import type { Database } from '../databases/database.ts';
import { HISTORY_TABLE, isoTime, ledgerExists } from './ledger-format.ts';

/** One line of the append-only history. */
export interface HistoryEntry {
  readonly at: string;
  readonly event: string;
  readonly migration: string | null;
  readonly table: string | null;
  readonly index: string | null;
  readonly statement: string | null;
  readonly seconds: number | null;
  readonly detail: string | null;
  readonly serverVersion: string;
  readonly executedBy: string;
  readonly toolVersion: string;
}

/** The history, latest first. Empty where the ledger does not exist. */
export async function readHistory(
  database: Database,
  options: { readonly limit: number },
): Promise<readonly HistoryEntry[]> {
  if (!(await ledgerExists(database))) return [];
  const rows = await database.knex(HISTORY_TABLE).select('*').orderBy('id', 'desc').limit(options.limit);
  return rows.map((row: unknown) => {
    const parsed = historyRow.parse(row);
    return {
      at: isoTime(parsed.happened_at),
      event: parsed.event,
      migration: parsed.migration,
      table: parsed.table_name,
      index: parsed.index_name,
      statement: parsed.statement,
      seconds: parsed.seconds,
      detail: parsed.detail,
      serverVersion: parsed.server_version,
      executedBy: parsed.executed_by,
      toolVersion: parsed.tool_version,
    };
  });
}

/**
 * Since when the run of a connection is at work (ISO 8601), or null where the history does not know. Connection ids
 * start over with the server, so a run from before the server's start does not count.
 */
export async function findRunStart(database: Database, connectionId: number): Promise<string | null> {
  if (!(await ledgerExists(database))) return null;
  await using session = await database.session();
  const [uptime] = await session.query("SHOW GLOBAL STATUS LIKE 'Uptime'");
  const started = await session.value<string>(
    `SELECT MAX(happened_at) FROM ${HISTORY_TABLE} WHERE event = 'run-started' AND connection_id = ?
        AND happened_at >= UTC_TIMESTAMP() - INTERVAL ? SECOND`,
    [connectionId, Number(uptime?.['Value'] ?? 0)],
  );
  return started === null ? null : isoTime(started);
}

const historyRow = z.object({
  happened_at: z.string(),
  event: z.string(),
  migration: z.string().nullable(),
  table_name: z.string().nullable(),
  index_name: z.string().nullable(),
  statement: z.string().nullable(),
  seconds: z.number().nullable(),
  detail: z.string().nullable(),
  server_version: z.string(),
  executed_by: z.string(),
  tool_version: z.string(),
});
