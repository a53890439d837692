import type { TableInfo } from '../../schema/introspect-tables.ts';
import type { ExtractedTable } from './load-tables.ts';
import type { ResolvedKey } from './resolve-key.ts';
import type { SourceColumn, SourceTable } from './source-table.ts';
import type { TablePlace } from './table-facts.ts';
import type { TableKey } from './table-indexes.ts';

/** What is known of a table whatever its strategy: where it is, its columns, what tells its rows apart, its size. */
type CommonParts = Pick<
  SourceTable,
  | keyof TablePlace
  | 'name'
  | 'target'
  | 'formerName'
  | 'columns'
  | 'further'
  | 'selection'
  | 'key'
  | 'identity'
  | 'keyRules'
  | 'keyIndex'
  | 'engine'
  | 'created'
  | 'rowsEstimate'
  | 'bytesPerRow'
  | 'zeroDates'
>;

export function commonParts(
  { target, formerName, spec }: ExtractedTable,
  table: TableInfo,
  place: TablePlace,
  read: {
    readonly columns: readonly SourceColumn[];
    readonly key: ResolvedKey;
    readonly index: TableKey['index'];
  },
): CommonParts {
  const { key, identity, hidden, further, rules } = read.key;
  return {
    ...place,
    name: table.name,
    target,
    formerName,
    columns: [...read.columns, ...hidden],
    further,
    selection: spec,
    key,
    identity,
    keyRules: rules,
    keyIndex: read.index,
    engine: table.engine ?? '',
    created: table.created,
    rowsEstimate: table.rowsEstimate,
    bytesPerRow: table.rowsEstimate === 0 ? null : table.dataBytes / table.rowsEstimate,
    zeroDates: spec.zeroDates ?? 'null',
  };
}
