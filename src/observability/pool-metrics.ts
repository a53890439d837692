import type * as prometheus from 'prom-client';
import type { PoolListener } from '../databases/pool-events.ts';
import { WAIT_BUCKETS } from './wait-buckets.ts';

/** The module, which is loaded only for a run that is measured. */
export type Prometheus = typeof prometheus;

export function poolMetrics(
  { Counter, Gauge, Histogram }: Prometheus,
  registry: prometheus.Registry,
): (database: string) => PoolListener {
  const common = { labelNames: ['database'], registers: [registry] };
  const gauge = (name: string, help: string) => new Gauge({ ...common, name: `tidemark_pool_${name}`, help });
  const counter = (name: string, help: string) =>
    new Counter({ ...common, name: `tidemark_pool_${name}_total`, help });

  const open = gauge('connections', 'Open connections');
  const inUse = gauge('connections_in_use', 'Connections that are out of the pool');
  const opened = counter('connections_opened', 'Connections opened');
  const openFailed = counter('connect_failures', 'Connections that could not be opened');
  const acquireFailed = counter('acquire_failures', 'Callers that got no connection');
  const heldLong = counter('held_long', 'Checkouts that lasted longer than DB_POOL_LEAK_LIMIT');
  const leaked = counter('leaks', 'Connections that were not returned before their pool was closed');
  const wait = new Histogram({
    ...common,
    name: 'tidemark_pool_wait_seconds',
    help: 'How long callers waited for a connection',
    buckets: [...WAIT_BUCKETS],
  });
  const closed = new Counter({
    name: 'tidemark_pool_connections_closed_total',
    help: 'Connections closed, by reason',
    labelNames: ['database', 'reason'],
    registers: [registry],
  });

  return (database) => (event) => {
    switch (event.kind) {
      case 'connected':
        open.inc({ database });
        opened.inc({ database });
        break;
      case 'connect-failed':
        openFailed.inc({ database });
        break;
      case 'acquired':
        inUse.inc({ database });
        wait.observe({ database }, event.waitSeconds);
        break;
      case 'acquire-failed':
        acquireFailed.inc({ database });
        break;
      case 'released':
        inUse.dec({ database });
        break;
      case 'closed':
        open.dec({ database });
        closed.inc({ database, reason: event.reason });
        break;
      case 'held-long':
        heldLong.inc({ database });
        break;
      case 'leaked':
        leaked.inc({ database });
        break;
    }
  };
}
