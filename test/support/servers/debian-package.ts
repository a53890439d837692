import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { exists } from '../../../src/dev/servers/files.ts';

const PACKAGES = path.resolve(import.meta.dirname, '../../../.tidemark/test-servers');
const MINUTE = 60_000;

/**
 * A package of the machine's own Debian or Ubuntu, downloaded once and unpacked, not installed: a part of a server that
 * only few tests need. Returns the root of its files. apt checks the archive's signature. Fails where it cannot be had.
 */
export async function debianPackage(name: string): Promise<string> {
  const root = path.join(PACKAGES, name);
  if (await exists(root)) return root;
  await mkdir(PACKAGES, { recursive: true });
  // Unpacked aside and renamed, so that a killed run is not taken for a whole one.
  const work = await mkdtemp(path.join(PACKAGES, 'unpacking-'));
  try {
    await download(name, work);
    await unpackArchives(work, path.join(work, 'root'));
    await rename(path.join(work, 'root'), root).catch(async (error: unknown) => {
      // Another worker was faster.
      if (!(await exists(root))) throw error;
    });
    return root;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Unpacks every package file of a directory. */
export async function unpackArchives(directory: string, root: string): Promise<void> {
  for (const name of (await readdir(directory)).filter((entry) => entry.endsWith('.deb'))) {
    await execa('dpkg-deb', ['--extract', path.join(directory, name), root], { timeout: MINUTE });
  }
}

/** apt's lists may be older than the archive, or not there yet. */
async function download(name: string, directory: string): Promise<void> {
  const options = { cwd: directory, stdin: 'ignore', timeout: 5 * MINUTE } as const;
  const fetch = ['-o', 'APT::Sandbox::User=root', 'download', name];
  const { failed } = await execa('apt-get', fetch, { ...options, reject: false });
  if (!failed) return;
  const root = process.getuid?.() === 0;
  await (root ? execa('apt-get', ['update'], options) : execa('sudo', ['-n', 'apt-get', 'update'], options));
  await execa('apt-get', fetch, options);
}
