import pLimit from 'p-limit';
import type { Project } from '../config/project.ts';
import type { Position } from '../rows/position.ts';
import { VERSION } from '../version.ts';
import type { Checks } from './checks.ts';
import type { Verification } from './verification.ts';
import { verifyDatabase } from './verify-database.ts';
import type { VerifyTarget } from './verify-target.ts';

export interface VerifyOptions {
  readonly project: Project;
  readonly databases: readonly VerifyTarget[];
  readonly checks: Checks;
  /** By database and table; where a table has none, its last rows stand in for what is new. */
  readonly watermarks: readonly TableWatermark[];
  /** Compare with the last verification at or before this time; by default with the last one of all. */
  readonly since?: Date | null;
  /** Keep this verification in each schema, beside the ledger, where the user may write; true by default. */
  readonly keep?: boolean;
  /** Ends the longer measurements early, with the signal's reason as the error. */
  readonly signal?: AbortSignal;
}

/** Databases that are looked at at once; one that is measured must not slow another one. */
const SIDE_BY_SIDE = 8;

/** Where the extraction of a table stands. */
export interface TableWatermark {
  readonly database: string;
  readonly table: string;
  readonly watermark: Position | null;
}

/**
 * Verifies databases, side by side unless it measures time. It neither creates a ledger nor takes a lock. Throws a
 * ConfigurationError for faulty project files and a WorkFailedError where a database cannot be read; a difference is
 * a finding, not an error.
 */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { project, databases, checks, watermarks, since = null, keep = true } = options;
  const { signal = new AbortController().signal } = options;
  const startedAt = new Date();
  const started = performance.now();
  const turn = pLimit(checks.benchmark || checks.writeCost ? 1 : SIDE_BY_SIDE);
  const verifications = await Promise.all(
    databases.map((target) =>
      turn(() =>
        verifyDatabase({
          project,
          target,
          checks,
          watermarks: watermarksOf(target.name, watermarks),
          startedAt,
          signal,
          since,
          keep,
        }),
      ),
    ),
  );
  return {
    startedAt: startedAt.toISOString(),
    seconds: (performance.now() - started) / 1000,
    toolVersion: VERSION,
    databases: verifications,
  };
}

function watermarksOf(database: string, all: readonly TableWatermark[]): ReadonlyMap<string, Position> {
  return new Map(
    all.flatMap(({ database: owner, table, watermark }) =>
      owner === database && watermark !== null ? [[table, watermark] as const] : [],
    ),
  );
}
