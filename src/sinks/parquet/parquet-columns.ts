import { RefusedError } from '../../errors.ts';
import { foldName } from '../duckdb/duckdb-schema.ts';
import { duckdbTypeName, fitsInto } from '../duckdb/duckdb-types.ts';
import type { TargetTable } from '../sink.ts';
import type { Manifest } from './parquet-manifest.ts';

/** What a manifest says of the columns in its files. */
export type ManifestColumns = Pick<Manifest, 'columns' | 'digits'>;

const NONE: ManifestColumns = { columns: {}, digits: {} };

/** The columns of files that have the rows of one load. */
export function columnsOfLoad({ columns }: TargetTable): ManifestColumns {
  return {
    columns: Object.fromEntries(columns.map(({ name, type }) => [name, duckdbTypeName(type)])),
    digits: Object.fromEntries(
      columns.flatMap(({ name, type }) =>
        type.kind === 'text' && type.scale !== undefined ? [[name, type.scale] as const] : [],
      ),
    ),
  };
}

/** The columns of files to which more are added: one that the source dropped stays, and a wider type too. */
export function columnsWithAdded(
  target: TargetTable,
  { columns, digits }: ManifestColumns = NONE,
): ManifestColumns {
  const added = columnsOfLoad(target);
  const before = byFoldedName(columns);
  const now = Object.entries(added.columns).map(([name, type]) => {
    const stored = before.get(foldName(name)) ?? type;
    return [name, fitsInto(type, stored) ? stored : type] as const;
  });
  const known = new Set(now.map(([name]) => foldName(name)));
  const dropped = <Value>(stored: Readonly<Record<string, Value>>) =>
    Object.entries(stored).filter(([name]) => !known.has(foldName(name)));
  return {
    columns: Object.fromEntries([...now, ...dropped(columns)]),
    digits: { ...added.digits, ...Object.fromEntries(dropped(digits)) },
  };
}

/**
 * Readers unite the files by name, and widen types that fit into each other. Throws a RefusedError for a column whose type
 * does not fit that of the files.
 */
export function refuseMisfits(target: TargetTable, { columns }: ManifestColumns = NONE): void {
  const stored = byFoldedName(columns);
  const misfits = target.columns.flatMap(({ name, type }) => {
    const now = duckdbTypeName(type);
    const before = stored.get(foldName(name)) ?? now;
    return fitsInto(now, before) || fitsInto(before, now)
      ? []
      : [`column "${name}" was ${before} and is now ${now}`];
  });
  if (misfits.length === 0) return;
  const { database, table } = target;
  throw new RefusedError(`${database}.${table}: ${misfits.join('; ')}`, {
    hint: `reload the table: tidemark extract-load --db=${database} --table=${table} --full-refresh`,
  });
}

/** Whether files of a load have exactly the columns of a target, in order. */
export function sameColumns({ columns }: ManifestColumns, target: TargetTable): boolean {
  return (
    JSON.stringify(Object.entries(columns)) === JSON.stringify(Object.entries(columnsOfLoad(target).columns))
  );
}

function byFoldedName(columns: Manifest['columns']): ReadonlyMap<string, string> {
  return new Map(Object.entries(columns).map(([name, type]) => [foldName(name), type]));
}
