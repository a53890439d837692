import type { Context } from '../../context.ts';
import type { OpenProjectDatabase } from '../../project-databases.ts';
import type { Migration } from '../../migrations/migration.ts';
import { adviseMigration, type AdviseIndex, type WantedIndex } from '../../pipeline/source/index-advice.ts';

/** Advice that knows the migration files: an index that one of them declares needs no new file. */
export function adviseByMigrations(
  { project }: Pick<Context, 'project'>,
  opened: readonly OpenProjectDatabase[],
): AdviseIndex {
  return async (wanted) => {
    const target = opened.find(({ name }) => name === wanted.database);
    // Files that do not load, or a ledger that this user may not read, must not hide why the run was refused.
    const known =
      target === undefined ? null : await findMigration(project, target, wanted).catch(() => null);
    if (known === null) return adviseMigration(wanted);
    return known.pending
      ? `migration ${known.name} builds the index: npm run migrate:up -- --db=${wanted.database}`
      : `migration ${known.name} has built the index: npm run verify -- --db=${wanted.database} --plans shows what became of it`;
  };
}

async function findMigration(
  project: Context['project'],
  target: OpenProjectDatabase,
  wanted: WantedIndex,
): Promise<{ readonly name: string; readonly pending: boolean } | null> {
  const [{ loadMigrations }, { isInPlace, readLedger }] = await Promise.all([
    import('../../migrations/load-migrations.ts'),
    import('../../migrations/ledger.ts'),
  ]);
  const migrations = await loadMigrations(project, target, target.config.tablePrefix);
  const declaring = migrations.find((migration) => serves(migration, wanted));
  if (declaring === undefined) return null;
  const entries = await readLedger(target.database);
  const inPlace = entries.some((entry) => entry.migration === declaring.name && isInPlace(entry));
  return { name: declaring.name, pending: !inPlace };
}

/** Whether its index begins with the columns that are wanted, whole and ascending, as the extraction needs them. */
function serves({ definition: { table, type, parts } }: Migration, wanted: WantedIndex): boolean {
  return (
    table === wanted.table &&
    type === 'BTREE' &&
    wanted.columns.every((column, position) => {
      const part = parts[position];
      return (
        part?.kind === 'column' &&
        part.name.toLowerCase() === column.toLowerCase() &&
        part.length === null &&
        !part.descending
      );
    })
  );
}
