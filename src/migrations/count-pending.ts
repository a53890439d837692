import type { Database } from '../databases/database.ts';
import { readLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { matchMigrations } from './migration-state.ts';
import { selectUp } from './select-migrations.ts';

/** How many migrations are left to apply. */
export async function countPending(database: Database, migrations: readonly Migration[]): Promise<number> {
  return selectUp(matchMigrations(migrations, await readLedger(database)), { to: null, step: null }).length;
}
