import type { Project } from '../config/project.ts';
import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import type { Position } from '../rows/position.ts';
import { loadLeftOut } from '../pipeline/source/load-left-out.ts';
import { loadTables } from '../pipeline/source/load-tables.ts';
import { findTableDrift, type TableDrift } from '../pipeline/source/table-drift.ts';
import { groupBy } from '../schema/group-by.ts';
import { readIndexUsage } from '../schema/index-usage.ts';
import { introspectTables } from '../schema/introspect-tables.ts';
import { benchmarkTable } from './benchmark/benchmark.ts';
import type { BenchmarkResult } from './benchmark/benchmark-result.ts';
import { measureWriteCost } from './benchmark/write-cost.ts';
import type { WriteCostResult } from './benchmark/write-cost-result.ts';
import type { Checks } from './checks.ts';
import type { DatabaseFindings } from './database-findings.ts';
import { type Recording, keepRecord, readRecords } from './history/history.ts';
import { toRecord } from './history/verification-record.ts';
import { type IndexFinding, actualIndex, recordedIndex } from './index-finding.ts';
import { verifyPlans } from './plans/verify-plans.ts';
import { type DescribedTable, describeEach } from '../pipeline/source/describe-each.ts';
import type { DatabaseVerification } from './verification.ts';
import { verifyIndexes } from './verify-indexes.ts';
import type { VerifyTarget } from './verify-target.ts';

export interface VerifyDatabaseOptions {
  readonly project: Project;
  readonly target: VerifyTarget;
  readonly checks: Checks;
  /** By table name, where the extraction stands. */
  readonly watermarks: ReadonlyMap<string, Position>;
  readonly startedAt: Date;
  readonly signal: AbortSignal;
  /** Compare with the last verification at or before this time; null for the last one of all. */
  readonly since: Date | null;
  /** Keep this verification in the schema, beside the ledger. */
  readonly keep: boolean;
}

/** Verifies one database on one connection, so that its checks follow each other and do not load the server at once. */
export async function verifyDatabase(options: VerifyDatabaseOptions): Promise<DatabaseVerification> {
  const { project, target, checks, watermarks, signal } = options;
  const { database } = target;
  await using session = await database.session();
  const indexes = await verifyIndexes(session, { project, target, strict: checks.strict });
  // First, since the other checks read through the indexes themselves.
  const usage = checks.usage ? await readIndexUsage(session, database.server, database.schema) : null;
  const tables = checks.plans || checks.benchmark ? await extractedTables(project, target) : [];
  const findings: DatabaseFindings = {
    database: database.name,
    schema: database.schema,
    server: database.server.label,
    indexes,
    tables: checks.strict ? await tableDrift(session, project, target) : [],
    plans: checks.plans ? await verifyPlans(session, tables, watermarks) : [],
    benchmark: checks.benchmark ? await benchmark(session, tables, signal) : [],
    writeCost: checks.writeCost ? await writeCost(session, target, { indexes, signal }) : [],
    usage,
  };
  return { ...findings, ...(await compareAndKeep(database, findings, options)) };
}

/** How many earlier verifications are read, to compare with and to draw. */
const TREND = 60;

async function compareAndKeep(
  database: Database,
  findings: DatabaseFindings,
  { startedAt, since, keep }: VerifyDatabaseOptions,
): Promise<Omit<DatabaseVerification, keyof DatabaseFindings>> {
  const history = await readRecords(database, { limit: TREND, until: null });
  const [previous = null] =
    since === null ? history : await readRecords(database, { limit: 1, until: since });
  const record = toRecord(findings, startedAt.toISOString());
  const recording: Recording = keep
    ? await keepRecord(database, record)
    : { kind: 'not-recorded', reason: 'it was not asked for' };
  return { record, recording, history, previous };
}

/** A database that is extracted from nothing has no table file to differ from. */
async function tableDrift(
  session: Session,
  project: Project,
  target: VerifyTarget,
): Promise<readonly TableDrift[]> {
  if (target.tablesFile === null) return [];
  const { tablePrefix } = target.database.config;
  return findTableDrift(session, target.database, {
    extracted: await loadTables(project, target, tablePrefix),
    leftOut: new Set((await loadLeftOut(project, target, tablePrefix)).keys()),
  });
}

async function extractedTables(project: Project, target: VerifyTarget): Promise<readonly DescribedTable[]> {
  if (target.tablesFile === null) return [];
  const { database } = target;
  return describeEach(database, await loadTables(project, target, database.config.tablePrefix));
}

async function benchmark(
  session: Session,
  tables: readonly DescribedTable[],
  signal: AbortSignal,
): Promise<readonly BenchmarkResult[]> {
  const results: BenchmarkResult[] = [];
  for (const item of tables) {
    signal.throwIfAborted();
    const along = item.kind === 'described' && item.table.strategy === 'watermark' ? item.table : null;
    const result = along === null ? null : await benchmarkTable(session, along);
    if (result !== null) results.push(result);
  }
  return results;
}

/** Of each table that has migrated indexes. */
async function writeCost(
  session: Session,
  { database: { schema, server } }: VerifyTarget,
  { indexes, signal }: { readonly indexes: readonly IndexFinding[]; readonly signal: AbortSignal },
): Promise<readonly WriteCostResult[]> {
  const migrated = indexes.flatMap((finding) => {
    const actual = recordedIndex(finding) === null ? null : actualIndex(finding);
    return actual === null ? [] : [actual];
  });
  const byTable = groupBy(migrated, ({ table }) => table);
  const tables = await introspectTables(session, server, { schema, tables: [...byTable.keys()] });
  const results: WriteCostResult[] = [];
  for (const table of tables) {
    results.push(await measureWriteCost(session, table, byTable.get(table.name) ?? [], signal));
  }
  return results;
}
