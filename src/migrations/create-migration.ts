import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listModules, type ProjectDatabase } from '../config/project.ts';
import { ConfigurationError, RefusedError, UsageError, WorkFailedError } from '../errors.ts';
import type { ColumnPart } from '../schema/index-definition.ts';
import { migrationName, newMigrationName } from './migration-name.ts';
import { parseColumn } from './parse-column.ts';
import { renderMigration } from './render-migration.ts';

export interface CreateMigrationRequest {
  readonly projectDatabase: Pick<ProjectDatabase, 'name' | 'migrationsDirectory'>;
  /** As the project's files write it. */
  readonly table: string;
  /** `idx_<columns>` if left out. */
  readonly index?: string;
  /** `name`, `name(10)`, `name DESC`. */
  readonly columns: readonly string[];
  readonly unique?: boolean;
  readonly description?: string;
  readonly now?: Date;
}

export interface CreatedMigration {
  readonly migration: string;
  /** Absolute path. */
  readonly file: string;
}

/**
 * Writes a migration file. Throws a UsageError that lists everything wrong with what was asked for, and a RefusedError
 * where a file for that index is there already.
 */
export async function createMigration(request: CreateMigrationRequest): Promise<CreatedMigration> {
  const parts = parseColumns(request.columns);
  const index = request.index ?? `idx_${parts.map(({ name }) => name).join('_')}`;
  const source = renderSource(request, index, parts);
  const directory = request.projectDatabase.migrationsDirectory;
  const migration = newMigrationName(request.now ?? new Date(), request.table, index);
  await refuseSecond(directory, migration);
  const file = path.join(directory, `${migration}.ts`);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(file, source, { flag: 'wx' });
  } catch (error) {
    throw new WorkFailedError(`cannot write ${file}: ${(error as Error).message}`, { cause: error });
  }
  return { migration, file };
}

function parseColumns(columns: readonly string[]): readonly ColumnPart[] {
  const parts = columns.map((column) => ({ column, part: parseColumn(column) }));
  const unreadable = parts.filter(({ part }) => part === null).map(({ column }) => `"${column}"`);
  if (unreadable.length > 0) {
    throw new UsageError(`cannot read the column ${unreadable.join(', ')}`, {
      hint: 'write --columns "name, name(10), name DESC"',
    });
  }
  return parts.flatMap(({ part }) => (part === null ? [] : [part]));
}

/** The file's text. Throws a UsageError with every fault of what was asked for. */
function renderSource(request: CreateMigrationRequest, index: string, parts: readonly ColumnPart[]): string {
  const columns = parts.map(({ name, length, descending }) =>
    length === null && !descending
      ? name
      : {
          column: name,
          ...(length === null ? {} : { length }),
          ...(descending ? { order: 'desc' as const } : {}),
        },
  );
  try {
    return renderMigration({
      table: request.table,
      name: index,
      columns,
      ...(request.unique === true ? { unique: true } : {}),
      description: request.description ?? '',
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(error.faults.join('\n'), { cause: error });
  }
}

async function refuseSecond(directory: string, migration: string): Promise<void> {
  const subject = migration.slice('YYYYMMDDHHMMSS'.length);
  const existing = (await listModules(directory)).find((file) => migrationName(file).endsWith(subject));
  if (existing === undefined || migrationName(existing).length !== migration.length) return;
  throw new RefusedError(`${existing} declares that index already`, {
    hint: 'give the new index another name: --index NAME',
  });
}
