import type { Session } from '../../databases/session.ts';
import { readDictionary } from '../../schema/read-dictionary.ts';
import { tableCondition } from '../../schema/table-condition.ts';
import type { SchemaFacts } from '../facts.ts';

/** The server's estimates of how many values the first columns of an index have together. */
export interface IndexCardinality {
  readonly table: string;
  readonly index: string;
  /** One for each column of the index: of it and those before it. */
  readonly values: readonly number[];
}

type CardinalityRow = {
  readonly tableName: string;
  readonly indexName: string;
  readonly position: number;
  readonly cardinality: number | string | null;
};

/** Reads them for the indexes of some tables. */
export async function readCardinalities(
  session: Session,
  { schema, server }: Pick<SchemaFacts, 'schema' | 'server'>,
  tables: readonly string[],
): Promise<readonly IndexCardinality[]> {
  if (tables.length === 0) return [];
  const rows = await readDictionary<CardinalityRow>(
    session,
    server,
    `SELECT TABLE_NAME AS tableName, INDEX_NAME AS indexName, SEQ_IN_INDEX AS position, CARDINALITY AS cardinality
       FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? ${tableCondition(tables)}
      ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    [schema, ...tables],
  );
  const indexes = new Map<string, IndexCardinality & { readonly values: number[] }>();
  for (const { tableName: table, indexName: index, cardinality } of rows) {
    const name = JSON.stringify([table, index]);
    const known = indexes.get(name) ?? { table, index, values: [] };
    indexes.set(name, known);
    // Unknown is as good as many.
    known.values.push(cardinality === null ? Infinity : Number(cardinality));
  }
  return [...indexes.values()];
}
