import type { Database } from '../databases/database.ts';
import { quoteIdentifier } from '../databases/identifiers.ts';
import type { Session } from '../databases/session.ts';
import { describeParts } from '../schema/index-definition.ts';
import { introspectForeignKeys } from '../schema/introspect-foreign-keys.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import { renderAddIndex, renderAlterTable } from '../schema/render-index.ts';
import { canDisplace, foreignKeyColumns } from './displaced-index.ts';
import type { Finding } from './finding.ts';
import type { Inspection } from './inspect.ts';
import type { PlannedStatement } from './plan-statements.ts';

interface Foresight {
  readonly database: Database;
  readonly session: Session;
  readonly inspection: Inspection;
  readonly statement: PlannedStatement;
}

/** Says which indexes of its own making the server will drop when a statement builds its indexes. */
export async function displacesIndexes(request: Foresight): Promise<readonly Finding[]> {
  const { statement, inspection } = request;
  const builds = statement.builds.map(({ definition }) => definition);
  const existing = (inspection.indexes.get(statement.table) ?? []).filter((index) =>
    canDisplace(builds, index),
  );
  // A tool that copies a table is refused where the table has a foreign key.
  if (existing.length === 0 || statement.strategy !== 'native') return [];
  const dropped = await tryOnCopy(request);
  const certain = dropped !== null;
  const foreseen = certain
    ? existing.filter(({ name }) => dropped.has(name))
    : await thoseOfForeignKeys(request, existing);
  return foreseen.map((index) => finding(statement, index, certain));
}

function finding({ table, builds }: PlannedStatement, index: IntrospectedIndex, certain: boolean): Finding {
  const standIn = builds.find(({ definition }) => canDisplace([definition], index))!;
  const { name, visible } = standIn.definition;
  const of = `index ${index.name} (${describeParts(index.parts).join(', ')}) of ${table}`;
  const message = certain
    ? `the server drops ${of}, which it made itself for a foreign key: ${name} stands for it`
    : `the server drops ${of} if it made it itself for a foreign key: ${name} stands for it`;
  const back = '"migrate down" puts it back in the same ALTER';
  return {
    severity: 'note',
    check: 'displaces-indexes',
    migration: standIn.migration.name,
    message,
    hint: visible
      ? back
      : `${back}; ${name} is hidden, so until "migrate publish" no query finds rows by that column`,
  };
}

/**
 * The names of the indexes that the server drops. It does not tell which ones it made itself, but a copy of the table
 * keeps the mark, so the statement is tried on an empty temporary one, which only this session sees. Null where there
 * can be no such copy: a FULLTEXT index, a missing privilege.
 */
async function tryOnCopy({ database, session, statement }: Foresight): Promise<ReadonlySet<string> | null> {
  const { server } = database;
  const scratch = quoteIdentifier(SCRATCH);
  try {
    await session.execute(`CREATE TEMPORARY TABLE ${scratch} LIKE ${quoteIdentifier(statement.table)}`);
  } catch {
    return null;
  }
  try {
    const before = await keyNames(session);
    const clauses = statement.builds.map(({ definition }) => renderAddIndex(definition, server));
    await session.execute(renderAlterTable(SCRATCH, clauses, { online: false, server }));
    const after = await keyNames(session);
    return new Set([...before].filter((name) => !after.has(name)));
  } catch {
    return null;
  } finally {
    await session.execute(`DROP TEMPORARY TABLE ${scratch}`);
  }
}

const SCRATCH = 'tidemark_scratch';

async function keyNames(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.query(`SHOW INDEX FROM ${quoteIdentifier(SCRATCH)}`);
  return new Set(rows.map((row) => String(row['Key_name'])));
}

/** Those that have exactly the columns of a foreign key, as the server makes them. */
async function thoseOfForeignKeys(
  { database, session, statement }: Foresight,
  indexes: readonly IntrospectedIndex[],
): Promise<readonly IntrospectedIndex[]> {
  const { schema } = database;
  const keys = await introspectForeignKeys(session, database.server, { schema, tables: [statement.table] });
  const own = keys.filter((key) => key.schema === schema && key.table === statement.table);
  const columns = new Set(own.map((key) => JSON.stringify(key.columns)));
  return indexes.filter((index) => columns.has(JSON.stringify(foreignKeyColumns(index))));
}
