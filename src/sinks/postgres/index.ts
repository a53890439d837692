import type { SinkKind } from '../sink-kind.ts';
import { locatePostgres } from './postgres-address.ts';

export const postgres: SinkKind = {
  name: 'postgres',
  schemes: ['postgresql'],
  description: 'a PostgreSQL database',
  defaultPlace: null,
  locate: locatePostgres,
  async load() {
    const { openPostgresSink, openPostgresStates } = await import('./postgres-sink.ts');
    return { open: openPostgresSink, openStates: openPostgresStates };
  },
};
