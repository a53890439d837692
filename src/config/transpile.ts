import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as esbuild from 'esbuild';
import { VERSION } from '../version.ts';

const OPTIONS = {
  loader: 'ts',
  format: 'esm',
  target: 'node20.19',
  sourcemap: 'inline',
  sourcesContent: false,
} as const satisfies esbuild.TransformOptions;

/** What else decides the JavaScript: another tidemark may bring another esbuild. */
const MADE_BY = JSON.stringify([VERSION, OPTIONS]);

/**
 * A TypeScript file as JavaScript. It is kept in a file of the cache, one for each source, together with the digest of
 * what it was made from: starting the compiler takes longer than everything else that a short command does. Throws
 * esbuild's error, with file, line and column, for what is no TypeScript.
 */
export function transpile(file: string, cacheDirectory: string): string {
  const source = readFileSync(file, 'utf8');
  const seal = `\n//# tidemark ${digest(MADE_BY, file, source)}\n`;
  const kept = path.join(cacheDirectory, `${digest(file).slice(0, 32)}.mjs`);
  const known = readKept(kept);
  if (known?.endsWith(seal) === true) return known;
  // CommonJS, so that it can be loaded here and only if it is needed.
  const { transformSync } = createRequire(import.meta.url)('esbuild') as typeof esbuild;
  const { code } = transformSync(source, { ...OPTIONS, sourcefile: file });
  keep(kept, code + seal);
  return code;
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

function readKept(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** A folder that cannot be written, as in a read-only container, costs time and nothing else. */
function keep(file: string, text: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
  } catch {
    return;
  }
  const aside = `${file}.${randomUUID()}.tmp`;
  try {
    // Renamed, so that another process never reads half of it.
    writeFileSync(aside, text, { flag: 'wx' });
    renameSync(aside, file);
  } catch {
    rmSync(aside, { force: true });
  }
}
