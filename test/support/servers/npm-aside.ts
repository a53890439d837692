import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { exists } from '../../../src/dev/servers/files.ts';

/**
 * Installs an npm package into a folder of its own, once; `file`, relative to that folder, is what must be there then.
 * Returns its path. Throws npm's own words where the package cannot be had.
 */
export async function installAside(
  folder: string,
  { spec, file }: { readonly spec: string; readonly file: string },
): Promise<string> {
  const wanted = path.join(folder, file);
  if (await exists(wanted)) return wanted;
  await mkdir(path.dirname(folder), { recursive: true });
  // Installed beside and renamed, so that a killed run is not taken for a whole one.
  const work = await mkdtemp(path.join(path.dirname(folder), 'installing-'));
  try {
    await writeFile(path.join(work, 'package.json'), '{ "private": true }\n');
    await execa('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', spec], {
      cwd: work,
      stdin: 'ignore',
      timeout: 300_000,
    });
    await rename(work, folder).catch(async (error: unknown) => {
      // Another worker was faster.
      if (!(await exists(wanted))) throw error;
    });
    return wanted;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
