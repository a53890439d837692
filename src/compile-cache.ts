import * as nodeModule from 'node:module';
import path from 'node:path';

/** Beside the package's own modules, and replaced with them. */
const DIRECTORY = path.join(import.meta.dirname, '..', 'node_modules', '.cache', 'tidemark-compiled');

/**
 * Lets Node keep what it compiled of the modules that are imported from here on, where it can (22.8 and later): a short
 * command spends most of its time on compiling them. Not below the temporary folder, Node's default: there, whoever
 * makes the folder first decides what others run. Where the folder cannot be written nothing is kept, and nothing fails
 * (Node.js documentation, `module.enableCompileCache`).
 */
export function enableCompileCache(): void {
  const node = nodeModule as typeof nodeModule & {
    readonly enableCompileCache?: (directory: string) => unknown;
  };
  node.enableCompileCache?.(DIRECTORY);
}
