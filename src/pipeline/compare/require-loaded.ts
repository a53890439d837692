import { RefusedError } from '../../errors.ts';
import type { SourceTable } from '../source/source-table.ts';
import type { TableName, TableState } from '../../sinks/sink.ts';

/** The state of a table whose load is complete. Throws a RefusedError for any other. */
export function requireLoaded(state: TableState | null, { database, table }: TableName): TableState {
  if (state !== null && state.loading === null) return state;
  throw new RefusedError(`${database}.${table} was never loaded, or its load is not complete`, {
    hint: `run: tidemark extract-load --db=${database} --table=${table}`,
  });
}

/** Refuses to compare rows that nothing tells apart. */
export function requireKey({ database, name, key }: SourceTable): void {
  if (key.length > 0) return;
  throw new RefusedError(`${database}.${name} has no key to compare rows by`, {
    hint: 'name the other tables with --table; the next run replaces all rows of this one',
  });
}

/** Refuses to compare a change log with a source, which has the current rows only. */
export function requireCurrentRows({ append, database, table }: TableState): void {
  if (!append) return;
  throw new RefusedError(
    `${database}.${table} is a change log: it keeps rows that the source no longer has`,
    {
      hint: 'name the other tables with --table; --full-refresh reloads this one',
    },
  );
}
