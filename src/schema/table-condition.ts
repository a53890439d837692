/**
 * A condition that selects tables by name in information_schema, a placeholder for each; empty for all of them. The names of
 * several are compared byte by byte: MariaDB takes `Inv` and `inv` in a list for one, and looks for the first alone. One
 * name it looks up as it is written.
 */
export function tableCondition(tables: readonly string[] | undefined): string {
  if (tables === undefined) return '';
  if (tables.length === 1) return 'AND TABLE_NAME = ?';
  return `AND TABLE_NAME IN (${tables.map(() => 'CAST(? AS BINARY)').join(', ')})`;
}
