import type { Database } from '../../databases/database.ts';
import { isPrivilegeMissing, isReadOnlyServer, isUnknownTable } from '../../databases/server-errors.ts';
import { readLedger } from '../../migrations/ledger.ts';
import { type VerificationRecord, parseRecord } from './verification-record.ts';

/** Beside the ledger, in the schema whose indexes it is about: it is restored and cloned with them. */
const TABLE = 'tidemark_verifications';
/** Older ones are deleted: a year of one verification a day, and more. */
const KEPT = 500;

/** `verified_at` is in UTC. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS ${TABLE} (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  verified_at DATETIME(6) NOT NULL,
  ok BOOLEAN NOT NULL,
  record MEDIUMTEXT NOT NULL,
  INDEX by_time (verified_at)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COMMENT 'tidemark history of verifications'`;

/** Whether a verification was kept, and if not, why. */
export type Recording =
  { readonly kind: 'recorded' } | { readonly kind: 'not-recorded'; readonly reason: string };

/** The verifications that were kept, latest first. Empty where none was. */
export async function readRecords(
  database: Database,
  options: { readonly limit: number; readonly until: Date | null },
): Promise<readonly VerificationRecord[]> {
  try {
    const query = database
      .knex(TABLE)
      .select<{ record: string }[]>('record')
      .orderBy('id', 'desc')
      .limit(options.limit);
    if (options.until !== null) query.where('verified_at', '<=', toDatetime(options.until.toISOString()));
    const rows = await query;
    return rows.flatMap(({ record }) => parseRecord(record) ?? []);
  } catch (error) {
    if (isUnknownTable(error) || isPrivilegeMissing(error)) return [];
    throw error;
  }
}

/**
 * Keeps a verification. Before the first migration nothing is created, and a user or a server that cannot write is no
 * fault: to verify takes no more than reading.
 */
export async function keepRecord(database: Database, record: VerificationRecord): Promise<Recording> {
  const { knex } = database;
  if ((await readLedger(database)).length === 0) {
    return { kind: 'not-recorded', reason: 'no migration was applied yet' };
  }
  try {
    await knex.raw(CREATE_TABLE);
    await knex(TABLE).insert({
      verified_at: toDatetime(record.at),
      ok: record.ok,
      record: JSON.stringify(record),
    });
    const [oldest] = await knex(TABLE)
      .select<{ id: number }[]>('id')
      .orderBy('id', 'desc')
      .offset(KEPT)
      .limit(1);
    if (oldest !== undefined) await knex(TABLE).where('id', '<=', oldest.id).delete();
    return { kind: 'recorded' };
  } catch (error) {
    if (isPrivilegeMissing(error)) return { kind: 'not-recorded', reason: 'the user may not write' };
    if (isReadOnlyServer(error)) return { kind: 'not-recorded', reason: 'the server is read-only' };
    throw error;
  }
}

function toDatetime(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}
