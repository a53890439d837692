import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { differences } from '../schema/compare-indexes.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import { renderAlterTable, renderDropIndex, renderIndexVisibility } from '../schema/render-index.ts';
import type { Finding } from './finding.ts';
import { findIndex, inspect } from './inspect.ts';
import type { LedgerEntry } from './ledger.ts';
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
  const inspection = await inspect(
    session,
    database,
    selected.map(({ definition }) => definition.table),
  );
  const findings: Finding[] = [];
  const undos: PlannedUndo[] = [];
  for (const entry of selected) {
    const index = findIndex(inspection, entry.definition.table, entry.definition.name);
    const undo = planUndo(entry, index, request);
    undos.push(undo);
    if (undo.kind === 'forget') findings.push(alreadyGone(entry));
    if (undo.kind === 'drop' || undo.kind === 'hide') {
      findings.push(...stillNeeded(entry, request), ...notTheSame(entry, index, options));
    }
    if (undo.kind === 'drop') findings.push(...(await checkSoak(entry, request)));
  }
  return { undos, findings };
}

function planUndo(
  entry: LedgerEntry,
  index: IntrospectedIndex | undefined,
  { database, options }: PlanDownRequest,
): PlannedUndo {
  if (!entry.owned) return { kind: 'release', entry, statement: null };
  if (index === undefined) return { kind: 'forget', entry, statement: null };
  const { table, name, type } = entry.definition;
  const { server } = database;
  if (options.soakSeconds !== null && entry.hiddenAt === null) {
    const clause = renderIndexVisibility(name, false, server);
    return { kind: 'hide', entry, statement: renderAlterTable(table, [clause], { online: false, server }) };
  }
  const online = type === 'BTREE';
  return {
    kind: 'drop',
    entry,
    statement: renderAlterTable(table, [renderDropIndex(name)], { online, server }),
  };
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
