import type { TargetTable, TableState } from '../../sinks/sink.ts';
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

/** What a sink knows of the table that a database's table goes to; null where it knows nothing. */
export function stateOf(states: readonly TableState[], database: string, target: string): TableState | null {
  return states.find((state) => state.database === database && state.table === target) ?? null;
}
