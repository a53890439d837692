import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ServerSoftware } from '../../src/dev/servers/software.ts';
import type { Benchmark, BenchmarkReport, Settings } from '../benchmark.ts';
import { buildPackage } from './bench-package.ts';
import { startBenchServer } from './bench-server.ts';

export interface BenchRun {
  readonly benchmarks: readonly Benchmark[];
  readonly software: readonly ServerSoftware[];
  readonly settings: Settings;
  readonly directory: string;
  readonly peersDirectory: string;
  readonly report: (line: string) => void;
}

export interface DoneBenchmark extends BenchmarkReport {
  readonly benchmark: string;
  readonly server: string;
}

export interface BenchRunReport {
  /** As a person reads them. */
  readonly servers: readonly string[];
  readonly settings: Settings;
  /** In the order of the benchmarks. */
  readonly reports: readonly DoneBenchmark[];
}

/** Runs the benchmarks on one server after the other: a second one would take memory and a share of the cores. */
export async function runBenchmarks(run: BenchRun): Promise<BenchRunReport> {
  const { benchmarks, software, settings, directory, report } = run;
  report('building the package');
  const built = await buildPackage(directory);
  const servers: string[] = [];
  const reports: DoneBenchmark[] = [];
  for (const [position, one] of software.entries()) {
    report(`starting ${one.label}`);
    await using server = await startBenchServer(one, directory);
    servers.push(server.label);
    for (const benchmark of benchmarks) {
      if (benchmark.servers === 'one' && position > 0) continue;
      report(`${benchmark.name} on ${server.label}`);
      const scratch = await emptyDirectory(path.join(directory, 'scratch'));
      const done = await benchmark.run({ ...run, server, built, scratch, settings });
      reports.push({ benchmark: benchmark.name, server: server.label, ...done });
    }
  }
  await rm(path.join(directory, 'scratch'), { recursive: true, force: true });
  return {
    servers,
    settings,
    reports: benchmarks.flatMap(({ name }) => reports.filter((done) => done.benchmark === name)),
  };
}

/** With the passwords that the contenders are given, so nobody else may look. */
async function emptyDirectory(directory: string): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return directory;
}
