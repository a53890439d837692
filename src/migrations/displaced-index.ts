import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { type IndexDefinition, definitionOf } from '../schema/index-definition.ts';
import { readIndexLines } from '../schema/index-lines.ts';
import { introspectIndexes } from '../schema/introspect-indexes.ts';

/**
 * An index that the server had made for a foreign key and drops by itself when another one can serve that key (MySQL
 * manual, "FOREIGN KEY Constraints"). `migrate down` puts it back where it was.
 */
export interface DisplacedIndex {
  readonly definition: IndexDefinition;
  /** The names of the indexes before it, in the server's order. */
  readonly after: readonly string[];
}

/** Whether an index can serve a foreign key over these columns: they lead it, whole and in their order. */
export function servesForeignKey(index: IndexDefinition, columns: readonly string[]): boolean {
  if (index.type !== 'BTREE') return false;
  return columns.every((column, position) => {
    const part = index.parts[position];
    return (
      part?.kind === 'column' && part.length === null && part.name.toLowerCase() === column.toLowerCase()
    );
  });
}

/** The columns of an index that the server may have made for a foreign key; null where it cannot be one. */
export function foreignKeyColumns(index: IndexDefinition & { readonly primary?: boolean }): string[] | null {
  if (index.primary === true || index.unique || index.type !== 'BTREE') return null;
  const columns = index.parts.flatMap((part) =>
    part.kind === 'column' && part.length === null ? [part.name] : [],
  );
  return columns.length === index.parts.length ? columns : null;
}

/** Whether one of these indexes can take the place of an index that the server made. */
export function canDisplace(builds: readonly IndexDefinition[], index: IndexDefinition): boolean {
  const columns = foreignKeyColumns(index);
  return (
    columns !== null &&
    builds.some(
      (build) => build.table === index.table && build.name !== index.name && servesForeignKey(build, columns),
    )
  );
}

/**
 * The indexes of a table that the server may drop when these are built, with their places. The servers do not tell which
 * indexes they made themselves, so all that these could stand for are kept until it is seen which are gone.
 */
export async function readDisplaceable(
  session: Session,
  { schema, server }: Pick<Database, 'schema' | 'server'>,
  table: string,
  builds: readonly IndexDefinition[],
): Promise<readonly DisplacedIndex[]> {
  const indexes = await introspectIndexes(session, server, { schema, tables: [table] });
  const displaceable = indexes.filter((index) => !index.primary && canDisplace(builds, index));
  if (displaceable.length === 0) return [];
  const order = (await readIndexLines(session, table)).map(({ name }) => name);
  return displaceable.map((index) => ({
    definition: definitionOf(index),
    after: order.slice(0, Math.max(order.indexOf(index.name), 0)),
  }));
}

/** Those that are no longer among the indexes of their table. */
export function goneOf(
  displaced: readonly DisplacedIndex[],
  indexes: readonly IndexDefinition[],
): readonly DisplacedIndex[] {
  const present = new Set(indexes.map(({ name }) => name.toLowerCase()));
  return displaced.filter(({ definition }) => !present.has(definition.name.toLowerCase()));
}
