import type { Argv } from 'yargs';
import { OPTION_GROUPS } from './option-groups.ts';
import { type Project, type ProjectDatabase, selectDatabases } from '../config/project.ts';
import { UsageError } from '../errors.ts';

export interface DatabaseSelection {
  readonly db: readonly string[] | undefined;
  readonly all: boolean | undefined;
}

/** Adds `--db` and `--all`. */
export function databaseOptions<Options>(parser: Argv<Options>): Argv<Options & DatabaseSelection> {
  return (
    parser
      .option('db', {
        group: OPTION_GROUPS.what,
        type: 'string',
        array: true,
        requiresArg: true,
        nargs: 1,
        describe: 'Database, a key of knexfile.ts; repeat it or separate by commas',
        coerce: splitNames,
      })
      // Without a default: yargs holds a default against --db as if it had been given.
      .option('all', { group: OPTION_GROUPS.what, type: 'boolean', describe: 'Every database' })
      .conflicts('db', 'all')
  );
}

/** For a command that only reads: the databases that were asked for, or all. */
export function databasesToRead(project: Project, selection: DatabaseSelection): readonly ProjectDatabase[] {
  return selection.db === undefined ? project.databases : selectDatabases(project, selection.db);
}

/** For a command that changes something: refuses to guess. */
export function databasesToChange(
  project: Project,
  selection: DatabaseSelection,
): readonly ProjectDatabase[] {
  if (selection.all === true) return project.databases;
  if (selection.db !== undefined) return selectDatabases(project, selection.db);
  const known = project.databases.map((database) => database.name);
  throw new UsageError('which database?', {
    hint: `say ${known.map((name) => `--db=${name}`).join(' or ')}, or --all`,
  });
}

/** Splits repeated and comma-separated values into names. */
export function splitNames(values: readonly string[] | undefined): readonly string[] | undefined {
  return values
    ?.flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
