import { quoteIdentifier } from '../databases/identifiers.ts';
import type { ServerInfo } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import type { IndexDefinition, IndexPart } from './index-definition.ts';
import { renderAddIndex, renderAlterTable } from './render-index.ts';

const SCRATCH = quoteIdentifier('tidemark_scratch');

/**
 * An index with its expressions as the server will report them. MySQL rewrites them (parentheses, `->>`, introducers),
 * so it is asked to build the index on an empty temporary copy of the table, which only this session sees. An index
 * without an expression is returned as it is. Throws the server's error for an expression that it does not accept.
 */
export async function askCanonicalExpressions(
  session: Session,
  server: ServerInfo,
  index: IndexDefinition,
): Promise<IndexDefinition> {
  if (index.parts.every((part) => part.kind === 'column')) return index;
  // CREATE … LIKE would copy the indexes too, and a temporary table cannot have a FULLTEXT one.
  await session.execute(
    `CREATE TEMPORARY TABLE ${SCRATCH} AS SELECT * FROM ${quoteIdentifier(index.table)} WHERE FALSE`,
  );
  try {
    const clause = renderAddIndex({ ...index, visible: true }, server);
    await session.execute(renderAlterTable('tidemark_scratch', [clause], { online: false, server }));
    const rows = await session.query(`SHOW INDEX FROM ${SCRATCH} WHERE Key_name = ?`, [index.name]);
    const parts = index.parts.map((part, position): IndexPart => {
      const expression = rows[position]?.['Expression'];
      return part.kind === 'expression' && typeof expression === 'string' ? { ...part, expression } : part;
    });
    return { ...index, parts };
  } finally {
    await session.execute(`DROP TEMPORARY TABLE ${SCRATCH}`);
  }
}
