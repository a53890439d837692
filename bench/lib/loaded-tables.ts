import type { ContestResult } from './contest.ts';
import type { BenchmarkReport } from '../benchmark.ts';
import type { ReportTable } from './report-table.ts';

/** A table of the sample that a benchmark loads. */
export interface LoadedTable {
  readonly database: 'business' | 'matomo';
  readonly table: string;
}

export interface LoadedResult {
  readonly table: ReportTable;
  readonly results: readonly ContestResult[];
}

/** Narrow rows, which cost by the row, and wide ones, which cost by the column. */
const TABLES: readonly LoadedTable[] = [
  { database: 'business', table: 'order_tab' },
  { database: 'matomo', table: 'matomo_log_visit' },
];

/** Loads one after the other, and puts what came of it together. */
export async function loadEach(
  load: (loaded: LoadedTable) => Promise<LoadedResult>,
): Promise<BenchmarkReport> {
  const tables: ReportTable[] = [];
  const results: Record<string, readonly ContestResult[]> = {};
  for (const loaded of TABLES) {
    const done = await load(loaded);
    tables.push(done.table);
    results[loaded.table] = done.results;
  }
  return { tables, results };
}
