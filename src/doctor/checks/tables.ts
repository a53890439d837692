import { isInPlace, readLedger } from '../../migrations/ledger.ts';
import { loadMigrations } from '../../migrations/load-migrations.ts';
import { loadLeftOut } from '../../pipeline/source/load-left-out.ts';
import { loadTables } from '../../pipeline/source/load-tables.ts';
import { findTableDrift, type TableDrift } from '../../pipeline/source/table-drift.ts';
import type { DatabaseCheck } from '../check.ts';
import { failed, type Outcome, passed, warning } from '../outcome.ts';

/** Whether the table file and the database still fit together, tables that nobody mentions included. */
export const tablesCheck: DatabaseCheck = {
  name: 'tables',
  run: async ({ project, projectDatabase, database }) => {
    if (projectDatabase.tablesFile === null) return passed('nothing is extracted');
    const { tablePrefix } = database.config;
    const extracted = await loadTables(project, projectDatabase, tablePrefix);
    const leftOut = new Set((await loadLeftOut(project, projectDatabase, tablePrefix)).keys());
    // What is wrong with the files is for the check of the files to tell; until then nothing is known of their indexes.
    const migrations = await loadMigrations(project, projectDatabase, tablePrefix).catch(() => null);
    const ledger = await readLedger(database);
    const pending = (migrations ?? []).filter(
      ({ name }) => !ledger.some((entry) => entry.migration === name && isInPlace(entry)),
    );
    await using session = await database.session();
    const drifts = await findTableDrift(session, database, { extracted, leftOut });
    const awaited = drifts.filter(
      (drift) =>
        drift.kind === 'index-gone' &&
        (migrations === null ||
          pending.some(({ definition: { table, name } }) => table === drift.table && name === drift.index)),
    );
    const outcomes = outcomesOf(
      drifts.filter((drift) => !awaited.includes(drift)),
      database.name,
    );
    const waiting = awaited.length === 0 ? '' : `; ${awaited.length} of their indexes are not built yet`;
    return outcomes.length > 0
      ? outcomes
      : passed(`${extracted.length} moved, ${leftOut.size} left out${waiting}`);
  },
};

/** A longer list helps nobody. */
const MOST_NAMED = 12;

function outcomesOf(drifts: readonly TableDrift[], database: string): readonly Outcome[] {
  const file = `tables/${database}.ts`;
  const init = `npx tidemark init --db=${database}`;
  const gone = drifts.flatMap((drift) => (drift.kind === 'table-gone' ? [drift.table] : []));
  const unmentioned = drifts.flatMap((drift) => (drift.kind === 'unmentioned' ? [drift.table] : []));
  return [
    ...(gone.length === 0
      ? []
      : [
          failed(
            `the database does not have ${named(gone)}`,
            `take the entries out of ${file}, say with renamedFrom what a table was called, or check that the database is the one that was meant`,
          ),
        ]),
    ...drifts.flatMap((drift) => brokenEntry(drift, file, init)),
    ...(unmentioned.length === 0
      ? []
      : [
          warning(
            `${file} does not mention ${named(unmentioned)}`,
            `${init} proposes entries, or reasons to leave them out`,
          ),
        ]),
  ];
}

function brokenEntry(drift: TableDrift, file: string, init: string): readonly Outcome[] {
  switch (drift.kind) {
    case 'unmentioned':
    case 'table-gone':
      return [];
    case 'cursor-gone':
      return [
        failed(
          `${drift.table} has no column ${drift.cursor}, its cursor`,
          `take its entry out of ${file}: ${init} proposes another cursor`,
        ),
      ];
    case 'index-gone':
      return [
        failed(
          `no index serves ${drift.cursor} of ${drift.table}: ${drift.index} is not there or is another one`,
          `${init} writes the migration where none declares it; npm run verify shows what became of one that was built`,
        ),
      ];
  }
}

function named(tables: readonly string[]): string {
  const others = tables.length - MOST_NAMED;
  return tables.slice(0, MOST_NAMED).join(', ') + (others > 0 ? ` and ${others} more` : '');
}
