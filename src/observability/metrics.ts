import type { PoolListener } from '../databases/pool-events.ts';
import { poolMetrics } from './pool-metrics.ts';
import { type WorkMetrics, workMetrics } from './work-metrics.ts';

/** What a run measures about itself. Recording costs next to nothing and never fails. */
export interface Metrics extends WorkMetrics {
  /** The listener that records the pool of a database. */
  poolListener(database: string): PoolListener;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

/** For a run that nobody measures. */
export const noMetrics: Metrics = {
  poolListener: () => () => {},
  extracted: () => {},
  migrated: () => {},
  text: async () => '',
};

/** Metrics in a registry of their own. Names follow Prometheus' practice: base units, `_total` for counters. */
export async function createMetrics(): Promise<Metrics> {
  const prometheus = await import('prom-client');
  const registry = new prometheus.Registry();
  return {
    poolListener: poolMetrics(prometheus, registry),
    ...workMetrics(prometheus, registry),
    text: () => registry.metrics(),
  };
}
