import { rm } from 'node:fs/promises';
import path from 'node:path';
import { tidemark } from './bench-package.ts';
import type { Contender } from './contest.ts';
import { extractOutcome } from './contender-script.ts';
import type { IndexedSource } from './indexed-source.ts';

export interface Extraction extends IndexedSource {
  readonly name: string;
  /** Which tables, as arguments of `extract-load`. */
  readonly select: readonly string[];
  readonly sink: 'duckdb' | 'parquet';
  /** Of this name in the scratch directory. */
  readonly output: string;
  readonly scratch: string;
  /** Null where it is not known before. */
  readonly expectedRows: number | null;
  /** Begins with no output, so that the run is a first load. */
  readonly fromNothing: boolean;
}

/** `tidemark extract-load` of the built package. Nothing else writes to the source, so the bound needs no lag. */
export function extraction(options: Extraction): Contender {
  const { name, project, source, select, sink, scratch, expectedRows, fromNothing } = options;
  const output = path.join(scratch, options.output);
  return {
    name,
    program: tidemark(project, source, [
      'extract-load',
      ...select,
      '--lag',
      '0',
      '--sink',
      sink,
      '--output',
      output,
    ]),
    async prepare() {
      if (!fromNothing) return;
      await rm(output, { recursive: true, force: true });
      await rm(`${output}.wal`, { force: true });
    },
    outcome: (stdout) => extractOutcome(stdout, expectedRows),
  };
}
