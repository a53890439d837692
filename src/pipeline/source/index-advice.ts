import type { SourceTable } from './source-table.ts';

/** An index that would serve a table's cursor. */
export interface WantedIndex {
  readonly database: string;
  readonly table: string;
  readonly index: string;
  /** In order. */
  readonly columns: readonly string[];
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
    columns: [...table.skipScan, table.cursor].map((column) => column.name),
  };
}

/** The command that writes a migration for it. */
export function createMigrationCommand({ database, table, index, columns }: WantedIndex): string {
  const target = `--db=${database} --table=${table} --index=${index}`;
  return `npm run migrate:create -- ${target} --columns=${columns.join(',')}`;
}
