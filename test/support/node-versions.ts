import path from 'node:path';
import { installAside } from './servers/npm-aside.ts';

const NODES = path.resolve(import.meta.dirname, '../../.tidemark/test-nodes');

/** The oldest that is supported, and the current releases after it. */
export const NODE_VERSIONS = ['20.19', '22', '24', '26'] as const;

/**
 * The path of Node itself in a version, from the npm package that has this platform's binary; downloaded once. Throws
 * npm's own words where it cannot be had.
 */
export async function nodeBinary(version: (typeof NODE_VERSIONS)[number]): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return installAside(path.join(NODES, version), {
    spec: `${name}@${version}`,
    file: path.join('node_modules', name, 'bin', 'node'),
  });
}
