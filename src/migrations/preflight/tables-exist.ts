import { nearestName } from '../../config/nearest.ts';
import type { Finding } from '../finding.ts';
import type { PreflightSubject } from './check.ts';

/** Each table is there, and is a table. */
export function tablesExist({ candidates, inspection, database }: PreflightSubject): readonly Finding[] {
  return candidates.flatMap(({ migration, definition }): readonly Finding[] => {
    const found = inspection.tables.get(definition.table);
    if (found?.kind === 'table') return [];
    const about = { severity: 'refuse', check: 'tables-exist', migration: migration.name } as const;
    if (found !== undefined) {
      const hint = 'name the table that the view reads from';
      return [{ ...about, message: `${definition.table} is a view, which has no indexes`, hint }];
    }
    const nearest = nearestName(definition.table, inspection.tableNames);
    return [
      {
        ...about,
        message: `table ${definition.table} does not exist in schema ${database.schema}`,
        hint:
          nearest === null
            ? `create ${definition.table}, or check ${database.name.toUpperCase()}_DB_NAME and the table prefix`
            : `did you mean "${nearest}"?`,
      },
    ];
  });
}
