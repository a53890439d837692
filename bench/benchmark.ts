import type { BenchPackage } from './lib/bench-package.ts';
import type { BenchServer } from './lib/bench-server.ts';
import type { ReportTable } from './lib/report-table.ts';

export interface Settings {
  /** Rows of the sample's largest tables. */
  readonly rows: number;
  readonly repeat: number;
  /** Rows of order tables whose loads are compared for memory and cost. */
  readonly growth: readonly number[];
}

/** What a benchmark works with. */
export interface Stage {
  readonly server: BenchServer;
  readonly built: BenchPackage;
  readonly settings: Settings;
  /** An empty directory of the benchmark's own. */
  readonly scratch: string;
  readonly peersDirectory: string;
  readonly report: (line: string) => void;
}

export interface BenchmarkReport {
  readonly tables: readonly ReportTable[];
  /** Every sample, for JSON. */
  readonly results: unknown;
}

export interface Benchmark {
  readonly name: string;
  readonly describe: string;
  /** Whether it tells something of the server; otherwise one is enough. */
  readonly servers: 'each' | 'one';
  run(stage: Stage): Promise<BenchmarkReport>;
}
