import { existsSync } from 'node:fs';
import type { LoadHook, ResolveHook } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from './transpile.ts';

const TYPESCRIPT = /\.m?ts$/;
/** What an import without an extension may mean, in this order. */
const ENDINGS = ['.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.mts', '/index.js', '/index.mjs'] as const;

/**
 * Hooks with which Node imports TypeScript as ES modules. They are synchronous, so that they fit into the importing
 * thread (`registerHooks`, Node 22.15) as well as into one of their own (`register`).
 */
export function typescriptHooks(cacheDirectory: string): {
  readonly resolve: ResolveHook;
  readonly load: LoadHook;
} {
  return {
    resolve: (specifier, context, next) => next(meantBy(specifier, context.parentURL), context),
    load(url, context, next) {
      if (!url.startsWith('file:') || !TYPESCRIPT.test(new URL(url).pathname)) return next(url, context);
      const source = transpile(fileURLToPath(url), cacheDirectory);
      return { format: 'module', source, shortCircuit: true };
    },
  };
}

/**
 * The file that a TypeScript file means by a relative import: `./sizes.js` stands for `./sizes.ts` where only that is
 * there (TypeScript manual, "Module Resolution"), and `./sizes` for either.
 */
function meantBy(specifier: string, parent: string | undefined): string {
  if (!/^\.\.?\//.test(specifier) || parent === undefined || !TYPESCRIPT.test(parent)) return specifier;
  const exists = (candidate: string) => existsSync(new URL(candidate, parent));
  if (path.extname(specifier) !== '' && exists(specifier)) return specifier;
  const candidates = [
    specifier.replace(/\.(m?)js$/, '.$1ts'),
    ...ENDINGS.map((ending) => `${specifier.replace(/\/$/, '')}${ending}`),
  ];
  return candidates.find((candidate) => candidate !== specifier && exists(candidate)) ?? specifier;
}
