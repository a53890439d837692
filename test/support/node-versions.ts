import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { exists } from '../../src/dev/servers/files.ts';

const NODES = path.resolve(import.meta.dirname, '../../.tidemark/test-nodes');

/** The oldest that is supported, and the current releases after it. */
export const NODE_VERSIONS = ['20.19', '22', '24', '26'] as const;

/**
 * The path of Node itself in a version, from the npm package that has this platform's binary; downloaded once. Throws
 * npm's own words where it cannot be had.
 */
export async function nodeBinary(version: (typeof NODE_VERSIONS)[number]): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const root = path.join(NODES, version);
  const binary = path.join(root, 'node_modules', name, 'bin', 'node');
  if (await exists(binary)) return binary;
  await mkdir(NODES, { recursive: true });
  // Installed aside and renamed, so that a killed run is not taken for a whole one.
  const work = await mkdtemp(path.join(NODES, 'installing-'));
  try {
    await writeFile(path.join(work, 'package.json'), '{ "private": true }\n');
    await execa('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`], {
      cwd: work,
      stdin: 'ignore',
      timeout: 300_000,
    });
    await rename(work, root).catch(async (error: unknown) => {
      // Another worker was faster.
      if (!(await exists(binary))) throw error;
    });
    return binary;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
