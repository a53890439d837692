import pLimit from 'p-limit';
import { chmod, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../../atomic-file.ts';
import { importProjectModule } from '../../config/project.ts';
import type { ModuleLoader } from '../../config/module-loader.ts';
import { RefusedError } from '../../errors.ts';
import type { PlannedFile } from '../render/planned-file.ts';

/** A disk that syncs several files at once takes little longer than for one. */
const SIDE_BY_SIDE = 16;

/**
 * Writes the files, each whole or not at all. One that is there already keeps its mode, and is replaced only by a text that
 * was loaded and found to say what it must: a RefusedError otherwise, before any file is written.
 */
export async function writeFiles(
  files: readonly PlannedFile[],
  project: { readonly directory: string; readonly loadModule: ModuleLoader },
): Promise<void> {
  for (const planned of files) await requireLoadable(planned, project);
  const turn = pLimit(SIDE_BY_SIDE);
  await Promise.all(files.map((planned) => turn(() => writePlanned(planned, project.directory))));
}

async function writePlanned({ file, change, text, mode }: PlannedFile, directory: string): Promise<void> {
  const target = path.join(directory, file);
  if (change === 'new') {
    await writeFileAtomically(target, text, mode ?? undefined);
    return;
  }
  const { mode: existing } = await stat(target);
  await writeFileAtomically(target, text, existing);
  // What the process' umask took off.
  await chmod(target, existing);
}

async function requireLoadable(
  { file, text, check }: PlannedFile,
  project: { readonly directory: string; readonly loadModule: ModuleLoader },
): Promise<void> {
  if (check === null) return;
  const target = path.join(project.directory, file);
  // Beside it, so that its imports mean the same.
  const aside = path.join(path.dirname(target), `.tidemark-init${path.extname(target)}`);
  try {
    await writeFile(aside, text);
    if (check(await importProjectModule(aside, project))) return;
  } finally {
    await rm(aside, { force: true });
  }
  throw new RefusedError(`${file} is not written in a way that init can add to`, {
    hint: 'see what it would add with --dry-run --json, and add it by hand',
  });
}
