import type { TargetTable } from '../../sinks/sink.ts';
import type { SourceTable } from './source-table.ts';

/** The table as a sink sees it. */
export function targetOf(table: SourceTable): TargetTable {
  return {
    database: table.database,
    table: table.target,
    formerName: table.formerName,
    columns: table.columns.map(({ name, type }) => ({ name, type })),
    key: table.identity.map((column) => column.name),
    ownKey: table.key.map((column) => column.name),
    cursor: table.cursor.name,
    append: table.append,
  };
}
