import path from 'node:path';
import { UsageError } from '../../errors.ts';
import { localPlace } from '../local-place.ts';
import type { SinkKind } from '../sink-kind.ts';

const DESCRIPTION = 'a folder of Parquet files for each table';

export const parquet: SinkKind = {
  name: 'parquet',
  schemes: [],
  description: DESCRIPTION,
  defaultPlace: path.join('data', 'parquet'),
  locate(place, projectDirectory) {
    const directory = localPlace(place, projectDirectory, DESCRIPTION);
    // In a pattern, which every path with one of the others is to DuckDB, a backslash separates folders.
    if (path.sep === '/' && /\\/.test(directory) && /[*?[]/.test(directory)) {
      throw new UsageError(
        `DuckDB cannot read a path with a backslash and one of "*", "?" and "[": ${directory}`,
        {
          hint: 'give the folder another name',
        },
      );
    }
    return directory;
  },
  async load() {
    const { openParquetSink, openParquetStates } = await import('./parquet-sink.ts');
    return { open: openParquetSink, openStates: async (directory) => openParquetStates(directory) };
  },
};
