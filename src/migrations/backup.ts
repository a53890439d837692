import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Database } from '../databases/database.ts';
import type { ServerFlavour } from '../databases/server.ts';
import { InterruptedError, WorkFailedError } from '../errors.ts';
import { clientOptionFile } from './client-option-file.ts';

export interface BackupOptions {
  readonly directory: string;
  /** Rows too, in one consistent snapshot; otherwise the schema alone. */
  readonly withData: boolean;
}

export interface Backup {
  /** Absolute path of the dump. */
  readonly file: string;
}

/** The server's own tool first: another's dump may not load. */
const TOOLS: Readonly<Record<ServerFlavour, readonly string[]>> = {
  mysql: ['mysqldump'],
  mariadb: ['mariadb-dump', 'mysqldump'],
};

/** What only one of the tools knows. */
const OWN_OPTIONS: Readonly<Record<ServerFlavour, readonly string[]>> = {
  // With GTIDs on, a dump would set the server's gtid_purged, which the server that it came from refuses when it is
  // loaded, and a snapshot would need the RELOAD privilege (MySQL manual, "mysqldump", --set-gtid-purged).
  mysql: ['--set-gtid-purged=OFF'],
  mariadb: [],
};

/**
 * Dumps the schema with the server's own tool, into a file that gets its name when it is complete and on disk. Throws a
 * WorkFailedError if anything goes wrong, so that nothing is changed without the backup that was asked for.
 */
export async function backUp(
  database: Database,
  options: BackupOptions,
  context: { readonly signal: AbortSignal; readonly now: Date },
): Promise<Backup> {
  const time = context.now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const file = path.resolve(options.directory, `${database.schema}-${time}.sql`);
  const unfinished = `${file}.unfinished`;
  try {
    const tool = await findTool(database.server.flavour);
    await mkdir(options.directory, { recursive: true });
    // Rows are nobody else's business; the tool keeps the mode of a file that is there.
    await writeFile(unfinished, '', { flag: 'wx', mode: 0o600 });
    await using login = await clientOptionFile(database.config);
    await execa(
      tool,
      [
        `--defaults-extra-file=${login.path}`,
        '--routines',
        '--triggers',
        '--hex-blob',
        '--default-character-set=utf8mb4',
        // Tablespaces need the PROCESS privilege and are no part of a schema.
        '--no-tablespaces',
        ...OWN_OPTIONS[database.server.flavour],
        // The snapshot is consistent, and blocks nobody.
        options.withData ? '--single-transaction' : '--no-data',
        `--result-file=${unfinished}`,
        database.schema,
      ],
      { cancelSignal: context.signal, stdin: 'ignore' },
    );
    await syncToDisk(unfinished);
    await rename(unfinished, file);
    return { file };
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    if (context.signal.aborted)
      throw new InterruptedError('interrupted during the backup, nothing was changed');
    if (error instanceof WorkFailedError) throw error;
    throw new WorkFailedError(`the backup failed, so nothing was changed: ${reasonOf(error)}`, {
      hint: 'fix the cause, or run without --backup',
      cause: error,
    });
  }
}

async function findTool(flavour: ServerFlavour): Promise<string> {
  for (const tool of TOOLS[flavour]) {
    const { stdout, failed } = await execa(tool, ['--version'], { reject: false });
    if (!failed && /mariadb/i.test(stdout) === (flavour === 'mariadb')) return tool;
  }
  const name = flavour === 'mysql' ? 'MySQL' : 'MariaDB';
  throw new WorkFailedError(
    `the backup failed, so nothing was changed: ${TOOLS[flavour][0]} of ${name} is not here`,
    {
      hint: `install ${name}'s client tools, or run without --backup`,
    },
  );
}

async function syncToDisk(file: string): Promise<void> {
  await using handle = await open(file, 'r+');
  await handle.sync();
}

/** What the tool said, without the command line. */
function reasonOf(error: unknown): string {
  const { stderr } = error as { stderr?: unknown };
  if (typeof stderr === 'string' && stderr.trim() !== '') return stderr.trim();
  return error instanceof Error ? error.message : String(error);
}
