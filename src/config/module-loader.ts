import { pathToFileURL } from 'node:url';

/** Imports a project's module (knexfile, migration, tables, seed), TypeScript or JavaScript. */
export type ModuleLoader = (file: string) => Promise<Readonly<Record<string, unknown>>>;

/**
 * A loader for TypeScript modules of the project. tsx is registered on first use, so that a command that loads none
 * does not pay for it; Node 20 cannot strip types by itself.
 */
export function createModuleLoader(): ModuleLoader {
  let registered: Promise<void> | null = null;
  return async (file) => {
    registered ??= registerTypeScript();
    await registered;
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  };
}

async function registerTypeScript(): Promise<void> {
  // Running from source, tsx is there already and resolves `tidemark` by tsconfig's paths. The built package must
  // not: with a tsconfig, the project's files would import a second copy of the library from src.
  if (import.meta.url.endsWith('.ts')) return;
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: false });
}
