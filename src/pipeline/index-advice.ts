import type { SourceTable } from './source-table.ts';

/** An index that would serve a table's cursor. */
export interface WantedIndex {
  readonly database: string;
  readonly table: string;
  readonly index: string;
  readonly column: string;
}

/** What to do about an index that is not there or not used, in one line. Asked only where a run is refused. */
export type AdviseIndex = (wanted: WantedIndex) => Promise<string>;

/** The advice where nothing is known of migrations. */
export const adviseMigration: AdviseIndex = async (wanted) =>
  `build the index: ${createMigrationCommand(wanted)}, then npm run migrate:up -- --db=${wanted.database}`;

/** The index that a table's file names for its cursor. */
export function wantedIndex(table: SourceTable): WantedIndex {
  return {
    database: table.database,
    table: table.name,
    index: table.wantedIndex,
    column: table.cursor.name,
  };
}

/** The command that writes a migration for it. */
export function createMigrationCommand({ database, table, index, column }: WantedIndex): string {
  return `npm run migrate:create -- --db=${database} --table=${table} --index=${index} --columns=${column}`;
}
