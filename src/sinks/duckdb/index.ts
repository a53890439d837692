import path from 'node:path';
import type { SinkKind } from '../sink-kind.ts';

export const duckdb: SinkKind = {
  name: 'duckdb',
  schemes: [],
  description: 'a DuckDB file',
  defaultPlace: path.join('data', 'tidemark.duckdb'),
  locate: (place, projectDirectory) => path.resolve(projectDirectory, place),
  async load() {
    const { openDuckdbSink, openDuckdbStates } = await import('./duckdb-sink.ts');
    return { open: openDuckdbSink, openStates: openDuckdbStates };
  },
};
