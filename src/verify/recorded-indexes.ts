import { type LedgerEntry, isInPlace } from '../migrations/ledger.ts';
import type { Migration } from '../migrations/migration.ts';
import { canonicalIndex } from '../schema/canonical-index.ts';
import type { IndexDefinition } from '../schema/index-definition.ts';
import type { TableInfo } from '../schema/introspect-tables.ts';
import type { RecordedIndex } from './index-finding.ts';

/**
 * Joins the ledger with the migration files, in the order of the migrations' names. `tables` are those of the schema
 * that the files name, so that a declaration can be written as the server would report it.
 */
export function recordedIndexes(
  ledger: readonly LedgerEntry[],
  migrations: readonly Migration[],
  tables: readonly TableInfo[],
): readonly RecordedIndex[] {
  const files = new Map(migrations.map((migration) => [migration.name, migration]));
  const fromLedger = ledger.map((entry) => fromEntry(entry, files.get(entry.migration) ?? null, tables));
  const inLedger = new Set(ledger.map((entry) => entry.migration));
  const pending = migrations
    .filter(({ name }) => !inLedger.has(name))
    .map((migration): RecordedIndex => ({
      migration: migration.name,
      file: migration.file,
      state: 'pending',
      inPlace: false,
      definition: asReported(migration.definition, tables),
      edited: null,
      hiddenOnPurpose: !migration.definition.visible,
    }));
  return [...fromLedger, ...pending].sort((one, other) => (one.migration < other.migration ? -1 : 1));
}

function fromEntry(
  entry: LedgerEntry,
  migration: Migration | null,
  tables: readonly TableInfo[],
): RecordedIndex {
  const inPlace = isInPlace(entry);
  const declared = migration === null ? null : asReported(migration.definition, tables);
  return {
    migration: entry.migration,
    file: migration?.file ?? null,
    state: entry.state,
    inPlace,
    definition: inPlace ? entry.definition : (declared ?? entry.definition),
    edited: inPlace && migration !== null && migration.checksum !== entry.checksum ? declared : null,
    hiddenOnPurpose: entry.hiddenAt !== null || !entry.definition.visible,
  };
}

function asReported(definition: IndexDefinition, tables: readonly TableInfo[]): IndexDefinition {
  // Where the server folds the case of table names, a file may write another case.
  const table =
    tables.find(({ name }) => name === definition.table) ??
    tables.find(({ name }) => name.toLowerCase() === definition.table.toLowerCase());
  return table === undefined ? definition : canonicalIndex(definition, table);
}
