import type { TableDrift } from '../pipeline/source/table-drift.ts';
import type { IndexUsage } from '../schema/index-usage.ts';
import type { BenchmarkResult } from './benchmark/benchmark-result.ts';
import type { WriteCostResult } from './benchmark/write-cost-result.ts';
import type { IndexFinding } from './index-finding.ts';
import type { PlanFinding } from './plans/plan-finding.ts';

/** What the checks of one database found. */
export interface DatabaseFindings {
  readonly database: string;
  readonly schema: string;
  /** As a person reads it, such as `MySQL 9.7.4`. */
  readonly server: string;
  readonly indexes: readonly IndexFinding[];
  /** How the table file differs from the database; empty where that was not asked for. */
  readonly tables: readonly TableDrift[];
  /** Empty where plans were not asked for; so are the two that follow. */
  readonly plans: readonly PlanFinding[];
  readonly benchmark: readonly BenchmarkResult[];
  readonly writeCost: readonly WriteCostResult[];
  /** Null where usage was not asked for. */
  readonly usage: IndexUsage | null;
}
