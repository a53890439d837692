import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { withColumns } from './queries.ts';
import type { SourceTable } from './source-table.ts';

/**
 * Per column: texts that lost characters in conversion, among the rows of a query of the table. The server puts a `?` for
 * what utf8mb4 does not have; only where some were seen, a second look at the same rows tells them from question marks that are
 * stored: a conversion keeps those, and adds others.
 */
export async function lossyTexts(
  session: Session,
  table: SourceTable,
  query: string,
  questioned: Readonly<Uint32Array>,
): Promise<readonly number[]> {
  const { columns } = table;
  const suspects = columns.filter((_, at) => questioned[at]! > 0);
  if (suspects.length === 0) return [];
  const counts = suspects.map(({ name }) => {
    const text = quoteIdentifier(name);
    return `COALESCE(SUM(${unquestioned(text)} <> ${unquestioned(`CONVERT(${text} USING utf8mb4)`)}), 0)`;
  });
  const texts = suspects.map(({ name }) => quoteIdentifier(name));
  const page = withColumns(table, query, texts);
  const [row] = await session.query(`SELECT ${counts.join(', ')} FROM (${page}) AS page`);
  const found = Object.values(row ?? {}).map(Number);
  return columns.map((column) => found[suspects.indexOf(column)] ?? 0);
}

function unquestioned(text: string): string {
  return `CHAR_LENGTH(REPLACE(${text}, '?', ''))`;
}
