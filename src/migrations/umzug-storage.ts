import type { UmzugStorage } from 'umzug';
import type { Database } from '../databases/database.ts';
import { isInPlace, readLedger } from './ledger.ts';

/**
 * Umzug's storage on the ledger. What a migration came to (statement, duration, the index as it now is) is more than
 * Umzug passes on, so the outcome is recorded by a function of the run.
 */
export function umzugStorage(
  database: Database,
  record: {
    readonly up: (migration: string) => Promise<void>;
    readonly down: (migration: string) => Promise<void>;
  },
): UmzugStorage {
  return {
    executed: async () => (await readLedger(database)).filter(isInPlace).map((entry) => entry.migration),
    logMigration: async ({ name }) => record.up(name),
    unlogMigration: async ({ name }) => record.down(name),
  };
}
