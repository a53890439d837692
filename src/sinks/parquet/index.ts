import path from 'node:path';
import type { SinkKind } from '../sink-kind.ts';

export const parquet: SinkKind = {
  name: 'parquet',
  schemes: [],
  description: 'a folder of Parquet files for each table',
  defaultPlace: path.join('data', 'parquet'),
  locate: (place, projectDirectory) => path.resolve(projectDirectory, place),
  async load() {
    const { openParquetSink, openParquetStates } = await import('./parquet-sink.ts');
    return { open: openParquetSink, openStates: async (directory) => openParquetStates(directory) };
  },
};
