import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomic-file.ts';
import { WorkFailedError } from '../errors.ts';
import type { PoolReport } from './pool-report.ts';

/** Where a project keeps the report of its last run's pools. */
const FILE = path.join('.tidemark', 'reports', 'pool.json');

/** The pools of one run. */
export interface RunPoolReport {
  /** Changes when a reader of an older file would misread it. */
  readonly version: 1;
  readonly runId: string;
  /** Such as `migrate up`. */
  readonly command: string;
  readonly pools: readonly PoolReport[];
}

export async function saveRunPoolReport(projectDirectory: string, report: RunPoolReport): Promise<void> {
  await writeFileAtomically(path.join(projectDirectory, FILE), `${JSON.stringify(report, null, 2)}\n`);
}

/** The last run's report; null if there was no run. Throws a WorkFailedError for a file that cannot be read. */
export async function readRunPoolReport(projectDirectory: string): Promise<RunPoolReport | null> {
  const file = path.join(projectDirectory, FILE);
  const unusable = (reason: string, cause?: unknown) =>
    new WorkFailedError(`cannot read ${file}: ${reason}`, {
      hint: 'remove it; the next run writes a new one',
      cause,
    });
  let report: RunPoolReport;
  try {
    report = JSON.parse(await readFile(file, 'utf8')) as RunPoolReport;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable((error as Error).message, error);
  }
  if (report.version !== 1) throw unusable('another version of tidemark wrote it');
  return report;
}
