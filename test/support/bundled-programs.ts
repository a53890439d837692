import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** Programs of the tests that run in processes of their own, many times in a run. */
const PROGRAMS = {
  extract: 'extract-process',
  migrate: 'migrate-child',
  sink: '../sinks/support/sink-process',
} as const;

/** The bundled file of each. */
export type BundledPrograms = Readonly<Record<keyof typeof PROGRAMS, string>>;

/**
 * Bundles the programs with what they take from `src`: Node starts one file of JavaScript in half the time in which it
 * compiles hundreds of TypeScript. They lie one level below the repository, as `src` does, because the version is read
 * from `../package.json`. The second result removes them.
 */
export async function bundlePrograms(
  repository: string,
): Promise<readonly [programs: BundledPrograms, remove: () => Promise<void>]> {
  const bundle = async (name: string) => {
    const outfile = path.join(repository, '.tidemark', `test-${path.basename(name)}-${process.pid}.mjs`);
    await build({
      entryPoints: [path.join(import.meta.dirname, `${name}.ts`)],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      // Node 20 cannot parse `await using`, so it is lowered.
      target: 'es2022',
      sourcemap: 'inline',
    });
    return outfile;
  };
  const programs = {
    extract: await bundle(PROGRAMS.extract),
    migrate: await bundle(PROGRAMS.migrate),
    sink: await bundle(PROGRAMS.sink),
  };
  return [
    programs,
    async () => {
      await Promise.all(Object.values(programs).map((file) => rm(file, { force: true })));
    },
  ];
}
