import type { Database } from '../../databases/database.ts';
import { qualifiedName, quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { introspectTables } from '../../schema/introspect-tables.ts';
import { readHorizon } from '../bound/bound.ts';
import { changingCascades } from './cascades.ts';
import { changedRows } from './changed-rows.ts';
import { describeSource, type ExtractedDatabase } from '../source/describe-source.ts';
import { futureCursor } from '../bound/future-cursor.ts';
import { createMigrationCommand, wantedIndex } from '../source/index-advice.ts';
import { hasSummerTime } from '../bound/zone-offsets.ts';
import { literal } from '../source/keyset.ts';
import { skipsLeading } from '../source/leading-values.ts';
import { DEFAULT_BOUND_OPTIONS } from '../bound/bound-options.ts';
import type { ChangedRows, Sink } from '../../sinks/sink.ts';
import { boundCondition, zeroDates } from '../source/queries.ts';
import { lastPosition } from '../source/source-positions.ts';
import type { SourceTable } from '../source/source-table.ts';

/** The latest entries of the cursor's index that are looked at for ties. */
const SAMPLE_ROWS = 10_000;
/** Rows with one value above which a run cannot be cut into even pieces. */
const MANY_TIES = 1000;

/** Why a cursor cannot be trusted, or not fully, and what to do about it. */
export type AuditFinding = { readonly database: string; readonly table: string; readonly advice: string } & (
  | { readonly kind: 'missing-index'; readonly index: string }
  | { readonly kind: 'null-cursor'; readonly rows: number }
  | { readonly kind: 'future-cursor'; readonly value: string }
  | { readonly kind: 'summer-time'; readonly timeZone: string }
  | { readonly kind: 'many-ties'; readonly value: string; readonly rows: number }
  | { readonly kind: 'no-on-update' }
  | { readonly kind: 'inserts-only' }
  | { readonly kind: 'cascade-without-cursor'; readonly constraint: string; readonly actions: string }
  | ({ readonly kind: 'changed-without-cursor' } & ChangedRows)
);

/**
 * Looks at whether the cursors of tables can be trusted. Reads a sample through each cursor's index. Whether rows change
 * without their cursor takes two looks: with a sink, a sample of the rows is compared with what earlier runs loaded.
 */
export async function audit(request: {
  readonly databases: readonly ExtractedDatabase[];
  readonly sink?: Sink | null;
  readonly signal?: AbortSignal;
}): Promise<readonly AuditFinding[]> {
  const { sink = null, signal = new AbortController().signal } = request;
  const states = sink === null ? [] : await sink.states();
  const findings: AuditFinding[] = [];
  for (const { database, tables } of request.databases) {
    for (const table of await describeSource(database, tables)) {
      // Without a cursor there is none to trust.
      if (table.strategy !== 'watermark') continue;
      await using session = await database.session();
      findings.push(...(await auditTable(session, database, table)));
      if (sink !== null) findings.push(...(await auditRows({ session, table, sink, states, signal })));
    }
  }
  return findings;
}

async function auditTable(
  session: Session,
  database: Database,
  table: SourceTable,
): Promise<readonly AuditFinding[]> {
  const about = { database: table.database, table: table.name };
  const cursor = `\`${table.cursor.name}\``;
  const findings: AuditFinding[] = [];
  if (table.cursorKind.kind === 'id') {
    findings.push({
      ...about,
      kind: 'inserts-only',
      advice: `${cursor} never changes: updates of rows are not seen; use a time that moves with every change, or reconcile`,
    });
  } else if (!(await movesByItself(session, database, table))) {
    findings.push({
      ...about,
      kind: 'no-on-update',
      advice: `${cursor} has no ON UPDATE CURRENT_TIMESTAMP: every writer must set it; reconcile finds rows where one did not`,
    });
  }
  for (const { constraint, actions } of await changingCascades(session, table)) {
    const advice = `foreign key \`${constraint}\` (${actions}) changes rows, and the server moves no cursor then: let the statement that changes the parent set ${cursor} too, or reconcile`;
    findings.push({ ...about, kind: 'cascade-without-cursor', constraint, actions, advice });
  }
  if (table.index === null) {
    const advice = table.indexFault ?? createMigrationCommand(wantedIndex(table));
    return [...findings, { ...about, kind: 'missing-index', index: table.wantedIndex, advice }];
  }
  const nulls = await countNulls(session, table);
  if (nulls > 0) {
    const advice = `every run reads these rows again (nullCursor: "include"), or never (nullCursor: "ignore"); make ${cursor} NOT NULL`;
    findings.push({ ...about, kind: 'null-cursor', rows: nulls, advice });
  }
  const future = await futureCursor(
    session,
    table,
    await readHorizon(session, table.server, DEFAULT_BOUND_OPTIONS.lagSeconds),
  );
  if (future !== null) {
    const advice = `${cursor} is ahead of the server's clock: set timeZone in the table file to the writers' zone, or lookback if applications set the time`;
    findings.push({ ...about, kind: 'future-cursor', value: future, advice });
  }
  const timeZone = 'timeZone' in table.cursorKind ? table.cursorKind.timeZone : null;
  if (timeZone !== null && (await hasSummerTime(session, timeZone))) {
    const advice = `${cursor} is local time in a zone with summer time (${timeZone}): when an hour comes twice, runs read all of it again, and its times do not tell which of the two they mean; a TIMESTAMP, or a server in UTC, has no such hour`;
    findings.push({ ...about, kind: 'summer-time', timeZone, advice });
  }
  const ties = await mostTied(session, table);
  if (ties !== null && ties.rows >= MANY_TIES) {
    const advice = `many rows share one value of ${cursor}; none is lost, and fractions of a second (DATETIME(6)) would spread them`;
    findings.push({ ...about, kind: 'many-ties', ...ties, advice });
  }
  return findings;
}

async function auditRows(request: Parameters<typeof changedRows>[0]): Promise<readonly AuditFinding[]> {
  const { database, name, cursor } = request.table;
  const changed = await changedRows(request);
  if (changed === null || changed.rows === 0) return [];
  const keys = changed.examples.map((key) => key.join(' ')).join(', ');
  const advice = `${changed.rows} of ${changed.rowsSampled} sampled rows changed and \`${cursor.name}\` did not, such as ${keys}: let every change move it; until then run: npm run reconcile -- --db=${database} --table=${name}`;
  return [{ database, table: name, kind: 'changed-without-cursor', ...changed, advice }];
}

/** Whether the server itself moves the cursor with every change. */
async function movesByItself(session: Session, database: Database, table: SourceTable): Promise<boolean> {
  const [info] = await introspectTables(session, database.server, {
    schema: database.schema,
    tables: [table.name],
  });
  const extra = info?.columns.find((column) => column.name === table.cursor.name)?.extra ?? '';
  return extra.includes('ON UPDATE');
}

/** Rows without a cursor value: NULL, or a zero date. */
async function countNulls(session: Session, table: SourceTable): Promise<number> {
  const zero = zeroDates(table);
  const conditions = [
    ...(table.cursor.nullable ? [`${quoteIdentifier(table.cursor.name)} IS NULL`] : []),
    ...(zero === null ? [] : [boundCondition(table, zero)]),
  ];
  if (conditions.length === 0) return 0;
  return Number(
    await session.value(`SELECT COUNT(*) FROM ${throughIndex(table)} WHERE ${conditions.join(' OR ')}`),
  );
}

/** The value that most rows of the sample share. */
async function mostTied(
  session: Session,
  table: SourceTable,
): Promise<{ readonly value: string; readonly rows: number } | null> {
  // An index that leads with another column has no latest entries to look at.
  if (table.cursorKind.kind === 'id' || skipsLeading(table)) return null;
  const cursor = quoteIdentifier(table.cursor.name);
  const from = (await lastPosition(session, table, null, SAMPLE_ROWS))?.[0];
  const where = from === undefined ? `${cursor} IS NOT NULL` : `${cursor} >= ${literal(table.cursor, from)}`;
  const rows = await session.query(
    `SELECT ${cursor} AS value, COUNT(*) AS tied FROM ${throughIndex(table)} WHERE ${where}
      GROUP BY ${cursor} ORDER BY tied DESC LIMIT 1`,
  );
  const row = rows[0];
  return row === undefined ? null : { value: String(row['value']), rows: Number(row['tied']) };
}

function throughIndex(table: SourceTable): string {
  return `${qualifiedName(table.schema, table.name)} FORCE INDEX (${quoteIdentifier(table.index ?? 'PRIMARY')})`;
}
