import { stat } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { typescriptHooks } from './typescript-hooks.ts';
import type { ThreadData } from './typescript-thread.ts';

/** Imports a project's module (knexfile, migration, tables, seed), TypeScript or JavaScript. */
export type ModuleLoader = (file: string) => Promise<Readonly<Record<string, unknown>>>;

/**
 * A loader for TypeScript modules of the project, which are ES modules whatever their `package.json` says. What Node
 * needs for them is registered on first use, so that a command that loads none does not pay for it.
 */
export function createModuleLoader(): ModuleLoader {
  let registered: Promise<void> | null = null;
  return async (file) => {
    registered ??= registerTypeScript(file);
    await registered;
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  };
}

async function registerTypeScript(file: string): Promise<void> {
  // Running from source, tsx is there already and resolves `tidemark` by tsconfig's paths. The built package must
  // not: with a tsconfig, the project's files would import a second copy of the library from src.
  if (import.meta.url.endsWith('.ts')) return;
  registerHooks(path.join(await findNodeModules(path.dirname(file)), '.cache', 'tidemark'));
}

/** In this thread where Node can (22.15), since another one takes time to start and every import a message to it. */
function registerHooks(cacheDirectory: string): void {
  const node = nodeModule as typeof nodeModule & {
    readonly registerHooks?: (hooks: ReturnType<typeof typescriptHooks>) => void;
  };
  if (node.registerHooks !== undefined) {
    node.registerHooks(typescriptHooks(cacheDirectory));
    return;
  }
  const data: ThreadData = { cacheDirectory };
  node.register(new URL('typescript-thread.js', import.meta.url), { data });
}

/** Where the packages are that a folder's files import: here or above, as Node looks for them. */
async function findNodeModules(directory: string): Promise<string> {
  for (let folder = directory; ; folder = path.dirname(folder)) {
    const modules = path.join(folder, 'node_modules');
    if ((await stat(modules).catch(() => null))?.isDirectory()) return modules;
    if (folder === path.dirname(folder)) return path.join(directory, 'node_modules');
  }
}
