import type { Database } from '../../databases/database.ts';
import { readGrants } from '../../databases/grants.ts';
import { qualifiedName } from '../../databases/identifiers.ts';
import { RefusedError } from '../../errors.ts';
import { isSelected } from './readable-columns.ts';
import type { SourceTable } from './source-table.ts';

/**
 * Refuses to go on where a column that the sink holds may be there and only out of the user's sight: rows that are read again
 * would lose its values. Both servers show a user no more columns than it has a privilege on, so a column is known to have
 * been dropped only where the whole table may be read. Asks the server only if a column is gone. Throws a RefusedError.
 */
export async function requireVisibleColumns(
  database: Pick<Database, 'session'>,
  table: SourceTable,
  held: readonly string[],
): Promise<void> {
  const seen = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  const gone = held.filter((name) => !seen.has(name.toLowerCase()) && wasWanted(table, name));
  if (gone.length === 0) return;
  await using session = await database.session();
  const grants = await readGrants(session);
  if (grants.allows('SELECT', table.schema, table.name)) return;
  const names = gone.map((name) => `"${name}"`).join(', ');
  throw new RefusedError(
    `${table.database}.${table.name}: the sink holds ${names}, and the user may read some columns alone: whether it was dropped or is hidden cannot be told, and its values would be lost`,
    {
      hint: [
        `let the user read the table: GRANT SELECT ON ${qualifiedName(table.schema, table.name)} TO ${grants.account}`,
        'or say in the table file which columns are moved: include: […]; what was loaded of the others stays in rows that do not change',
        'or reload the table without it: --full-refresh',
      ],
    },
  );
}

/** Whether the table file asks for a column, or for the geometry that it is the SRID of. */
function wasWanted({ selection }: SourceTable, name: string): boolean {
  return isSelected(selection, name) && isSelected(selection, name.replace(/_srid$/i, ''));
}
