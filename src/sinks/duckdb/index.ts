import path from 'node:path';
import { UsageError } from '../../errors.ts';
import { localPlace } from '../local-place.ts';
import type { SinkKind } from '../sink-kind.ts';

const DESCRIPTION = 'a DuckDB file';
/** DuckDB calls a file by its name up to the first dot, and the state is in a schema of this name. */
const STATE_SCHEMA = '_tidemark';

export const duckdb: SinkKind = {
  name: 'duckdb',
  schemes: [],
  description: DESCRIPTION,
  defaultPlace: path.join('data', 'tidemark.duckdb'),
  locate(place, projectDirectory) {
    const file = localPlace(place, projectDirectory, DESCRIPTION);
    if (path.basename(file).split('.')[0]?.toLowerCase() === STATE_SCHEMA) {
      throw new UsageError(`DuckDB could not tell the file ${file} from the schema "${STATE_SCHEMA}" in it`, {
        hint: 'give the file another name',
      });
    }
    return file;
  },
  async load() {
    const { openDuckdbSink, openDuckdbStates } = await import('./duckdb-sink.ts');
    return { open: openDuckdbSink, openStates: openDuckdbStates };
  },
};
