import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type TablePrefix, writtenTableName } from '../../config/database-config.ts';
import { WorkFailedError } from '../../errors.ts';
import type { Proposal } from '../propose/proposal.ts';
import { envFile } from '../render/env-file.ts';
import { gitignore } from '../render/gitignore.ts';
import { knexfile } from '../render/knexfile.ts';
import { migrationFiles } from '../render/migration-files.ts';
import { packageJson } from '../render/package-json.ts';
import type { ManualChange, PlannedFile } from '../render/planned-file.ts';
import { tableFile } from '../render/table-file.ts';

/** Where the files go, and which of them are there. */
export interface FilePlace {
  readonly directory: string;
  /** Absolute; null for a project that is to be made. */
  readonly knexfile: string | null;
  /** The database has a key in the knexfile already. */
  readonly listed: boolean;
  readonly tablesFile: string | null;
  /** Relative to the directory. */
  readonly envFile: string;
  /** What the environment file is to have; none where the settings come from elsewhere. */
  readonly variables: Readonly<Record<string, string>>;
  readonly tablePrefix: TablePrefix | null;
}

export interface FilePlan {
  readonly files: readonly PlannedFile[];
  readonly manual: readonly ManualChange[];
}

/** The files that a proposal asks for. Reads those that are there. Throws a WorkFailedError for one that cannot be read. */
export async function planFiles(proposal: Proposal, place: FilePlace, now: Date): Promise<FilePlan> {
  const { database, schema } = proposal;
  const { directory } = place;
  const written = (table: string) => writtenTableName(place.tablePrefix, table);
  const read = (file: string) => readText(path.join(directory, file));
  const relative = (file: string | null, otherwise: string) =>
    file === null ? otherwise : path.relative(directory, file);
  const knex = relative(place.knexfile, 'knexfile.ts');
  const tables = relative(place.tablesFile, path.join('tables', `${database}.ts`));
  const content = { tables: proposal.tables, written };
  const planned = [
    place.listed ? null : knexfile(knex, await read(knex), { name: database, schema }),
    envFile(place.envFile, await read(place.envFile), database, place.variables),
    gitignore('.gitignore', await read('.gitignore')),
    packageJson('package.json', await read('package.json')),
    tableFile(tables, await read(tables), database, content),
    ...migrationFiles(path.join('migrations', database), content, now),
  ].filter((item) => item !== null);
  return {
    files: planned.flatMap((item) => ('text' in item ? [item] : [])),
    manual: planned.flatMap((item) => ('instruction' in item ? [item] : [])),
  };
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new WorkFailedError(`cannot read ${file}: ${(error as Error).message}`, {
      cause: error,
      hint: 'check its permissions; nothing was written',
    });
  }
}
