import { RefusedError } from '../errors.ts';
import type { TableName, TableState } from './sink.ts';

/** The state of a table whose load is complete. Throws a RefusedError for any other. */
export function requireLoaded(state: TableState | null, { database, table }: TableName): TableState {
  if (state !== null && state.loading === null) return state;
  throw new RefusedError(`${database}.${table} was never loaded, or its load is not complete`, {
    hint: `run: tidemark extract-load --db=${database} --table=${table}`,
  });
}
