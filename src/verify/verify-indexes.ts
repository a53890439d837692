import type { Project } from '../config/project.ts';
import type { Session } from '../databases/session.ts';
import { readLedger } from '../migrations/ledger.ts';
import { loadMigrations } from '../migrations/load-migrations.ts';
import { introspectIndexes } from '../schema/introspect-indexes.ts';
import { introspectTables } from '../schema/introspect-tables.ts';
import { baselinePath, readBaseline } from './baseline.ts';
import { findDrift } from './drift.ts';
import type { IndexFinding } from './index-finding.ts';
import { recordedIndexes } from './recorded-indexes.ts';
import type { VerifyTarget } from './verify-target.ts';

/** Compares ledger, migration files and baseline of a database with the indexes that it has. */
export async function verifyIndexes(
  session: Session,
  options: { readonly project: Project; readonly target: VerifyTarget; readonly strict: boolean },
): Promise<readonly IndexFinding[]> {
  const { project, target, strict } = options;
  const { database, migrationsDirectory } = target;
  const { schema, server, config } = database;
  const [migrations, baseline, ledger] = await Promise.all([
    loadMigrations(project, target, config.tablePrefix),
    readBaseline(baselinePath(migrationsDirectory)),
    readLedger(database),
  ]);
  const named = [...migrations, ...ledger].map(({ definition }) => definition.table);
  const tables = await introspectTables(session, server, { schema, tables: [...new Set(named)] });
  return findDrift({
    recorded: recordedIndexes(ledger, migrations, tables),
    actual: await introspectIndexes(session, server, { schema }),
    baseline,
    primaryKeys: new Map(tables.map((table) => [table.name, table.primaryKey])),
    strict,
  });
}
