import type { LedgerEntry } from './ledger.ts';
import { isInPlace } from './ledger.ts';
import type { Migration } from './migration.ts';

/** A migration file, a ledger entry, or both, and what they say together. */
export type MigrationState =
  | { readonly kind: 'pending'; readonly migration: Migration; readonly outOfOrder: boolean }
  | { readonly kind: 'in-place'; readonly migration: Migration; readonly entry: LedgerEntry }
  /** An intent whose run did not come to record its outcome. */
  | { readonly kind: 'unresolved'; readonly migration: Migration; readonly entry: LedgerEntry }
  | { readonly kind: 'failed'; readonly migration: Migration; readonly entry: LedgerEntry }
  /** In place, but the file now declares something else. */
  | { readonly kind: 'edited'; readonly migration: Migration; readonly entry: LedgerEntry }
  /** In the ledger, without a file. */
  | { readonly kind: 'orphan'; readonly entry: LedgerEntry };

/** Puts files and ledger together, in the order of their names. */
export function matchMigrations(
  migrations: readonly Migration[],
  entries: readonly LedgerEntry[],
): readonly MigrationState[] {
  const entryByName = new Map(entries.map((entry) => [entry.migration, entry]));
  const files = new Set(migrations.map((migration) => migration.name));
  const lastInPlace = entries.findLast(isInPlace)?.migration ?? '';
  const known = migrations.map((migration): MigrationState => {
    const entry = entryByName.get(migration.name);
    if (entry === undefined) return { kind: 'pending', migration, outOfOrder: migration.name < lastInPlace };
    if (entry.state === 'failed') return { kind: 'failed', migration, entry };
    if (!isInPlace(entry)) return { kind: 'unresolved', migration, entry };
    return { kind: entry.checksum === migration.checksum ? 'in-place' : 'edited', migration, entry };
  });
  const orphans = entries
    .filter((entry) => !files.has(entry.migration))
    .map((entry): MigrationState => ({ kind: 'orphan', entry }));
  return [...known, ...orphans].toSorted((one, other) => compareNames(stateName(one), stateName(other)));
}

export function stateName(state: MigrationState): string {
  return state.kind === 'orphan' ? state.entry.migration : state.migration.name;
}

/** By code unit, as the files are listed. */
function compareNames(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
