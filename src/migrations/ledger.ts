import { z } from 'zod';
import type { Database } from '../databases/database.ts';
import { qualifiedName, quoteIdentifier, quoteString } from '../databases/identifiers.ts';
import { isPrivilegeMissing } from '../databases/server-errors.ts';
import { WorkFailedError } from '../errors.ts';
import { indexDefinitionSchema } from '../schema/index-definition-schema.ts';
import { type IndexDefinition, definitionOf } from '../schema/index-definition.ts';
import { jsonText } from '../schema/json-text.ts';
import type { DisplacedIndex } from './displaced-index.ts';
import { LEDGER_TABLE, hasLedger, isoTime } from './ledger-format.ts';

/**
 * `building` and `dropping` are intents: written before the DDL, resolved after it. A crash leaves one of them, and the
 * next run reconciles it with what the server really has.
 */
export type LedgerState = 'building' | 'dropping' | 'applied' | 'adopted' | 'failed';

/** What the ledger says of one migration. Times are ISO 8601, UTC. */
export interface LedgerEntry {
  readonly migration: string;
  readonly state: LedgerState;
  /** Of the file's definition when it was applied. */
  readonly checksum: string;
  /** False for an index that was there under another name: it is recorded, but never dropped. */
  readonly owned: boolean;
  /** The index as the server reported it once it was there; what was intended until then. */
  readonly definition: IndexDefinition;
  /** Indexes of the server's own making that this one stands for; until it is there, those that it may displace. */
  readonly displaced: readonly DisplacedIndex[];
  /** The statement that builds it; null for an adopted index. */
  readonly statement: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** Time of the statement, which may have built further indexes of the table. Null if no run saw its end. */
  readonly seconds: number | null;
  readonly indexBytes: number | null;
  /** Since when the index is hidden in order to be dropped. */
  readonly hiddenAt: string | null;
  /** Reads by the server's usage counter at that time; null where it keeps none. */
  readonly hiddenReads: number | null;
  readonly error: string | null;
  readonly serverVersion: string;
  readonly executedBy: string;
  readonly toolVersion: string;
}

/** Whether the ledger says that the index of this entry is in the database. */
export function isInPlace(entry: LedgerEntry): boolean {
  return entry.state === 'applied' || entry.state === 'adopted';
}

/**
 * The ledger by migration name. Empty where it does not exist; never creates it. Throws a WorkFailedError where it is
 * damaged or may not be read.
 */
export async function readLedger(database: Database): Promise<readonly LedgerEntry[]> {
  await using session = await database.session();
  if (!(await hasLedger(session, database.schema))) return [];
  try {
    const rows = await session.query(`SELECT * FROM ${quoteIdentifier(LEDGER_TABLE)} ORDER BY migration`);
    return rows.map((row) => parseEntry(row, database));
  } catch (error) {
    throw isPrivilegeMissing(error) ? unreadable(database, error) : error;
  }
}

function unreadable({ schema, config }: Database, cause: unknown): WorkFailedError {
  return new WorkFailedError(`the user may not read the ledger ${schema}.${LEDGER_TABLE}`, {
    hint: `GRANT SELECT ON ${qualifiedName(schema, LEDGER_TABLE)} TO ${quoteString(config.user)};`,
    cause,
  });
}

/** In one document with the definition, so that a ledger of an older version needs no ALTER. */
const displacedIndexes = z.object({
  displaced: z.array(z.object({ definition: indexDefinitionSchema, after: z.array(z.string()) })).default([]),
});

const ledgerRow = z.object({
  server_version: z.string(),
  executed_by: z.string(),
  tool_version: z.string(),
  migration: z.string(),
  state: z.enum(['building', 'dropping', 'applied', 'adopted', 'failed']),
  checksum: z.string(),
  owned: z.coerce.boolean(),
  definition: jsonText.pipe(indexDefinitionSchema.and(displacedIndexes)),
  statement: z.string().nullable(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  seconds: z.number().nullable(),
  index_bytes: z.coerce.number().nullable(),
  hidden_at: z.string().nullable(),
  hidden_reads: z.coerce.number().nullable(),
  error: z.string().nullable(),
});

function parseEntry(value: unknown, database: Database): LedgerEntry {
  const result = ledgerRow.safeParse(value);
  if (!result.success) {
    throw new WorkFailedError(
      `the ledger ${database.schema}.${LEDGER_TABLE} is damaged: ${z.prettifyError(result.error)}`,
      {
        hint: 'compare the row with tidemark_history and fix or delete it; "migrate adopt" records an index that is there',
      },
    );
  }
  const row = result.data;
  return {
    migration: row.migration,
    state: row.state,
    checksum: row.checksum,
    owned: row.owned,
    definition: definitionOf(row.definition),
    displaced: row.definition.displaced,
    statement: row.statement,
    startedAt: isoTime(row.started_at),
    finishedAt: row.finished_at === null ? null : isoTime(row.finished_at),
    seconds: row.seconds,
    indexBytes: row.index_bytes,
    hiddenAt: row.hidden_at === null ? null : isoTime(row.hidden_at),
    hiddenReads: row.hidden_reads,
    error: row.error,
    serverVersion: row.server_version,
    executedBy: row.executed_by,
    toolVersion: row.tool_version,
  };
}
