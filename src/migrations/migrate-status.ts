import type { Database } from '../databases/database.ts';
import { type IndexDefinition, describeParts } from '../schema/index-definition.ts';
import { type LedgerEntry, readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { type MigrationState, matchMigrations, stateName } from './migration-state.ts';

/** One migration as `migrate status` shows it; the shape of the JSON contract. */
export interface MigrationStatus {
  readonly migration: string;
  readonly table: string;
  readonly index: string;
  readonly columns: readonly string[];
  readonly state:
    'applied' | 'adopted' | 'pending' | 'building' | 'dropping' | 'failed' | 'edited' | 'orphan';
  /** ISO 8601; null while the index is not in place. */
  readonly appliedAt: string | null;
  readonly seconds: number | null;
  readonly indexBytes: number | null;
  /** The optimizer does not see it. */
  readonly hidden: boolean;
  /** Pending, but older than the last applied migration. */
  readonly outOfOrder: boolean;
  readonly executedBy: string | null;
  /** Why the last attempt failed. */
  readonly error: string | null;
  readonly description: string | null;
}

export interface StatusResult {
  readonly database: string;
  readonly server: string;
  readonly migrations: readonly MigrationStatus[];
}

/** What files and ledger say of each migration, in order. Only reads, and takes no lock. */
export async function migrateStatus(request: {
  readonly database: Database;
  readonly migrations: readonly Migration[];
}): Promise<StatusResult> {
  const { database, migrations } = request;
  const states = matchMigrations(migrations, await readLedger(database));
  return { database: database.name, server: database.server.label, migrations: states.map(toStatus) };
}

function toStatus(state: MigrationState): MigrationStatus {
  const entry = state.kind === 'pending' ? null : state.entry;
  const definition = describedDefinition(state);
  const inPlace = state.kind === 'in-place' || state.kind === 'edited' || state.kind === 'orphan';
  return {
    migration: stateName(state),
    table: definition.table,
    index: definition.name,
    columns: describeParts(definition.parts),
    state: statusWord(state),
    appliedAt: inPlace ? (entry?.finishedAt ?? null) : null,
    seconds: inPlace ? (entry?.seconds ?? null) : null,
    indexBytes: inPlace ? (entry?.indexBytes ?? null) : null,
    hidden: inPlace && entry?.definition.visible === false,
    outOfOrder: state.kind === 'pending' && state.outOfOrder,
    executedBy: entry?.executedBy ?? null,
    error: entry?.error ?? null,
    description: state.kind === 'orphan' ? null : state.migration.description,
  };
}

function describedDefinition(state: MigrationState): IndexDefinition {
  return state.kind === 'in-place' || state.kind === 'orphan'
    ? state.entry.definition
    : state.migration.definition;
}

function statusWord(state: MigrationState): MigrationStatus['state'] {
  switch (state.kind) {
    case 'pending':
    case 'failed':
    case 'edited':
    case 'orphan':
      return state.kind;
    case 'in-place':
    case 'unresolved':
      return ledgerWord(state.entry);
  }
}

function ledgerWord({ state }: LedgerEntry): MigrationStatus['state'] {
  return state;
}
