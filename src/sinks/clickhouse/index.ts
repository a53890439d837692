import type { SinkKind } from '../sink-kind.ts';
import { locateClickhouse } from './clickhouse-address.ts';

export const clickhouse: SinkKind = {
  name: 'clickhouse',
  schemes: [],
  description: 'a ClickHouse database',
  defaultPlace: null,
  locate: locateClickhouse,
  async load() {
    const { openClickhouseSink, openClickhouseStates } = await import('./clickhouse-sink.ts');
    return { open: openClickhouseSink, openStates: openClickhouseStates };
  },
};
