import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { differences } from '../schema/compare-indexes.ts';
import { introspectForeignKeys } from '../schema/introspect-foreign-keys.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import { renderAlterTable, renderIndexVisibility } from '../schema/render-index.ts';
import type { Finding } from './finding.ts';
import { type Inspection, findIndex, inspect } from './inspect.ts';
import type { LedgerEntry } from './ledger.ts';
import { type TableIndexes, planDrop, readTableIndexes } from './put-back.ts';
import { type DownSelection, selectDown } from './select-migrations.ts';
import { checkSoak } from './soak.ts';

/** An index that an extraction reads a table by. */
export interface DependentIndex {
  readonly table: string;
  readonly index: string;
}

export type PlannedUndo =
  | { readonly kind: 'drop'; readonly entry: LedgerEntry; readonly statement: string }
  | { readonly kind: 'hide'; readonly entry: LedgerEntry; readonly statement: string }
  /** It is gone already. */
  | { readonly kind: 'forget'; readonly entry: LedgerEntry; readonly statement: null }
  /** It was there under another name before tidemark came; it stays. */
  | { readonly kind: 'release'; readonly entry: LedgerEntry; readonly statement: null };

export interface DownPlan {
  /** Latest first. */
  readonly undos: readonly PlannedUndo[];
  readonly findings: readonly Finding[];
}

export interface PlanDownOptions extends DownSelection {
  readonly force: boolean;
  readonly soakSeconds: number | null;
}

interface PlanDownRequest {
  readonly database: Database;
  readonly session: Session;
  /** Those in place. */
  readonly entries: readonly LedgerEntry[];
  readonly options: PlanDownOptions;
  readonly dependents: readonly DependentIndex[];
}

/** Works out what `migrate down` would do, and what speaks against it. Only reads. */
export async function planDown(request: PlanDownRequest): Promise<DownPlan> {
  const { database, session, entries, options } = request;
  const selected = selectDown(entries, options);
  const tables = [...new Set(selected.map(({ definition }) => definition.table))];
  const inspection = await inspect(session, database, tables);
  const states = await readStates(request, inspection);
  const findings: Finding[] = [];
  const undos: PlannedUndo[] = [];
  for (const entry of selected) {
    const index = findIndex(inspection, entry.definition.table, entry.definition.name);
    const { undo, said } = planUndo(entry, index, states.get(entry.definition.table), request);
    undos.push(undo);
    findings.push(...said);
    if (undo.kind === 'forget') findings.push(alreadyGone(entry));
    if (undo.kind === 'drop' || undo.kind === 'hide') {
      findings.push(...stillNeeded(entry, request), ...notTheSame(entry, index, options));
    }
    if (undo.kind === 'drop') findings.push(...(await checkSoak(entry, request)));
  }
  return { undos, findings };
}

async function readStates(
  { database, session }: PlanDownRequest,
  inspection: Inspection,
): Promise<ReadonlyMap<string, TableIndexes>> {
  const { schema, server } = database;
  const tables = [...inspection.tables.keys()];
  const foreignKeys = await introspectForeignKeys(session, server, { schema, tables });
  const states = new Map<string, TableIndexes>();
  for (const table of tables) {
    const own = foreignKeys.filter((key) => key.table === table || key.referencedTable === table);
    const about = { table, schema, server, foreignKeys: own };
    states.set(table, await readTableIndexes(session, about, inspection.indexes.get(table) ?? []));
  }
  return states;
}

/** What is done about an entry, and what its drop means for others. */
interface Undo {
  readonly undo: PlannedUndo;
  readonly said: readonly Finding[];
}

function planUndo(
  entry: LedgerEntry,
  index: IntrospectedIndex | undefined,
  state: TableIndexes | undefined,
  { database, options }: PlanDownRequest,
): Undo {
  if (!entry.owned) return { undo: { kind: 'release', entry, statement: null }, said: [] };
  if (index === undefined || state === undefined) {
    return { undo: { kind: 'forget', entry, statement: null }, said: [] };
  }
  const { table, name, type } = entry.definition;
  const { server } = database;
  if (options.soakSeconds !== null && entry.hiddenAt === null) {
    const clause = renderIndexVisibility(name, false, server);
    const statement = renderAlterTable(table, [clause], { online: false, server });
    return { undo: { kind: 'hide', entry, statement }, said: [] };
  }
  const { clauses, findings } = planDrop(entry, state);
  const statement = renderAlterTable(table, clauses, { online: type === 'BTREE', server });
  return { undo: { kind: 'drop', entry, statement }, said: findings };
}

function alreadyGone({ migration, definition }: LedgerEntry): Finding {
  return {
    severity: 'warn',
    check: 'index-present',
    migration,
    message: `index ${definition.name} of ${definition.table} is gone already; only the ledger changes`,
    hint: null,
  };
}

function stillNeeded(
  { migration, definition }: LedgerEntry,
  { dependents, options }: PlanDownRequest,
): readonly Finding[] {
  const needed = dependents.some(
    ({ table, index }) => table === definition.table && index.toLowerCase() === definition.name.toLowerCase(),
  );
  if (!needed) return [];
  return [
    {
      severity: options.force ? 'warn' : 'refuse',
      check: 'not-needed',
      migration,
      message: `the extraction of table ${definition.table} reads by index ${definition.name}`,
      hint: 'take the table out of tables/ or give its cursor another index first; --force drops it all the same',
    },
  ];
}

function notTheSame(
  { migration, definition }: LedgerEntry,
  index: IntrospectedIndex | undefined,
  { force }: PlanDownOptions,
): readonly Finding[] {
  if (index === undefined) return [];
  const differing = differences(definition, index).filter((difference) => difference !== 'visibility');
  if (differing.length === 0) return [];
  return [
    {
      severity: force ? 'warn' : 'refuse',
      check: 'index-unchanged',
      migration,
      message: `index ${definition.name} of ${definition.table} is not the one that was built: it differs in ${differing.join(', ')}`,
      hint: 'find out who made it; --force drops it all the same',
    },
  ];
}
