import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { InterruptedError, WorkFailedError } from '../../errors.ts';
import { exists, lastLines } from './files.ts';
import { initialiseCommand } from './server-arguments.ts';
import type { ServerFiles } from './server-files.ts';
import type { ServerSoftware } from './software.ts';

const TIME_LIMIT_SECONDS = 180;
const UNFINISHED = 'initialising-';

/** Fills an empty data directory. */
export type FillDataDirectory = (request: {
  readonly software: ServerSoftware;
  readonly data: string;
  /** An existing directory for the program's temporary files. */
  readonly temporary: string;
  readonly signal?: AbortSignal | undefined;
}) => Promise<void>;

/**
 * Fills the data directory unless it is there. It is filled under another name and renamed when whole, so a `data`
 * that exists is complete, and what a killed run left (perhaps with its installer still writing) is never taken for it.
 */
export async function initialiseDataDirectory(options: {
  readonly software: ServerSoftware;
  readonly files: ServerFiles;
  readonly fill?: FillDataDirectory | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((line: string) => void) | undefined;
}): Promise<void> {
  const { software, files, fill = fillWithServer, signal, report } = options;
  await removeUnfinished(files.directory);
  if (await exists(files.data)) return;
  report?.(`Initialising a private ${software.label} in ${files.directory}`);
  const unfinished = await mkdtemp(path.join(files.directory, UNFINISHED));
  await mkdir(files.temporary, { recursive: true, mode: 0o700 });
  try {
    await fill({ software, data: unfinished, temporary: files.temporary, signal });
  } catch (error) {
    await removeUnfinished(files.directory);
    throw error;
  }
  await rename(unfinished, files.data);
}

/** As the server's own program does it. */
export const fillWithServer: FillDataDirectory = async ({ software, data, temporary, signal }) => {
  const [program, ...args] = initialiseCommand(software, data);
  const result = await execa(program, args, {
    // A MariaDB server that starts removes the temporary tables that it finds in its directory, also another server's.
    env: { TMPDIR: temporary },
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: TIME_LIMIT_SECONDS * 1000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!result.failed) return;
  if (result.isCanceled) throw new InterruptedError();
  const why = result.timedOut
    ? `not done within ${TIME_LIMIT_SECONDS} s`
    : `exit code ${result.exitCode ?? 'none'}`;
  throw new WorkFailedError(
    `${software.label} could not initialise a data directory (${why}):\n${lastLines(result.all)}`,
    { hint: await confinementHint() },
  );
};

async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(UNFINISHED)) continue;
    // An installer that outlived its killed parent may still be writing here. Nobody needs the files: try next time.
    await rm(path.join(directory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Ubuntu's packages confine mysqld to /var/lib/mysql, which looks like a plain "Permission denied". */
async function confinementHint(): Promise<string> {
  const profile = '/etc/apparmor.d/usr.sbin.mysqld';
  return (await exists(profile))
    ? `AppArmor may confine the server (${profile}): use a Docker engine, or unload it with: sudo apparmor_parser -R ${profile}`
    : 'check the free space and the permissions of the directory, or name your own servers in .env';
}
