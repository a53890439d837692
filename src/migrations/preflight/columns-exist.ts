import { nearestName } from '../../config/nearest.ts';
import { type TableInfo, timeColumns } from '../../schema/introspect-tables.ts';
import type { Finding } from '../finding.ts';
import type { PreflightSubject } from './check.ts';

/** Each column of each index is there; otherwise its nearest name and the table's real time columns are told. */
export function columnsExist({ candidates, inspection }: PreflightSubject): readonly Finding[] {
  return candidates.flatMap(({ migration, definition }) => {
    const table = inspection.tables.get(definition.table);
    // Every table has a column: who sees none lacks a privilege, and is told so.
    if (table === undefined || table.columns.length === 0) return [];
    const known = new Set(table.columns.map((column) => column.name.toLowerCase()));
    return definition.parts
      .flatMap((part) => (part.kind === 'column' && !known.has(part.name.toLowerCase()) ? [part.name] : []))
      .map((column): Finding => ({
        severity: 'refuse',
        check: 'columns-exist',
        migration: migration.name,
        message: `table ${table.name} has no column ${column}`,
        hint: suggestColumns(column, table),
      }));
  });
}

function suggestColumns(column: string, table: TableInfo): string {
  const nearest = nearestName(
    column,
    table.columns.map(({ name }) => name),
  );
  const times = timeColumns(table).map(({ name }) => name);
  return [
    nearest === null ? null : `did you mean "${nearest}"?`,
    times.length === 0
      ? `${table.name} has no time column`
      : `time columns of ${table.name}: ${times.join(', ')}`,
  ]
    .filter((line) => line !== null)
    .join(' ');
}
