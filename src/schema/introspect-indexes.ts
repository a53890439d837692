import type { ServerInfo } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import type { IndexDefinition, IndexPart, IndexType } from './index-definition.ts';
import { readDictionary } from './read-dictionary.ts';
import { tableCondition } from './table-condition.ts';

/** An index as the server reports it. */
export interface IntrospectedIndex extends IndexDefinition {
  /** The primary key; its name is always `PRIMARY`. */
  readonly primary: boolean;
  /** A hash table, as MEMORY has it by default: it is found by equality alone, no range of it and no order. */
  readonly hash: boolean;
}

// A type alias: an interface is no `Row`, for it could be extended.
type StatisticsRow = {
  readonly tableName: string;
  readonly indexName: string;
  readonly nonUnique: number;
  readonly columnName: string | null;
  readonly expression: string | null;
  readonly subPart: number | null;
  readonly collation: string | null;
  readonly indexType: string;
  readonly visible: number;
  readonly comment: string;
};

/**
 * Reads the indexes of a schema, or of some of its tables, from `information_schema.STATISTICS`, ordered by table and
 * name, the primary key among them. A table without an index, or that does not exist, contributes nothing.
 */
export async function introspectIndexes(
  session: Session,
  server: ServerInfo,
  options: { readonly schema: string; readonly tables?: readonly string[] },
): Promise<readonly IntrospectedIndex[]> {
  const { schema, tables } = options;
  if (tables?.length === 0) return [];
  const rows = await readDictionary<StatisticsRow>(
    session,
    server,
    `SELECT TABLE_NAME AS tableName, INDEX_NAME AS indexName, NON_UNIQUE AS nonUnique, COLUMN_NAME AS columnName,
            ${expressionColumn(server)} AS expression, SUB_PART AS subPart, COLLATION AS collation,
            INDEX_TYPE AS indexType, ${visibleColumn(server)} AS visible, INDEX_COMMENT AS comment
       FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? ${tableCondition(tables)}
      ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    [schema, ...(tables ?? [])],
  );
  return groupRows(rows);
}

function groupRows(rows: readonly StatisticsRow[]): readonly IntrospectedIndex[] {
  // By name: rows of tables whose names differ in case alone may come by turns.
  const indexes = new Map<string, IntrospectedIndex & { readonly parts: IndexPart[] }>();
  for (const row of rows) {
    const type = indexType(row.indexType);
    const name = JSON.stringify([row.tableName, row.indexName]);
    const known = indexes.get(name);
    if (known !== undefined) {
      known.parts.push(indexPart(row, type));
      continue;
    }
    indexes.set(name, {
      table: row.tableName,
      name: row.indexName,
      parts: [indexPart(row, type)],
      unique: row.nonUnique === 0,
      type,
      visible: row.visible === 1,
      comment: row.comment,
      primary: row.indexName === 'PRIMARY',
      hash: row.indexType === 'HASH',
    });
  }
  return [...indexes.values()];
}

function indexPart(row: StatisticsRow, type: IndexType): IndexPart {
  const descending = row.collation === 'D';
  if (row.expression !== null) {
    // MySQL escapes this column's text as if it stood in a string literal.
    return { kind: 'expression', expression: row.expression.replaceAll(/\\(.)/gs, '$1'), descending };
  }
  // A SPATIAL index reports a SUB_PART of 32 bytes, its bounding box; nobody wrote that as a prefix.
  const length = row.subPart === null || type !== 'BTREE' ? null : row.subPart;
  return { kind: 'column', name: row.columnName ?? '', length, descending };
}

function indexType(reported: string): IndexType {
  // HASH (MEMORY, and MariaDB's long unique keys) and RTREE are what the server makes of what was asked for.
  if (reported === 'FULLTEXT') return 'FULLTEXT';
  return reported === 'SPATIAL' || reported === 'RTREE' ? 'SPATIAL' : 'BTREE';
}

function expressionColumn(server: ServerInfo): string {
  return server.capabilities.functionalIndexes ? 'EXPRESSION' : 'NULL';
}

function visibleColumn(server: ServerInfo): string {
  switch (server.capabilities.hiddenIndexKeyword) {
    case 'INVISIBLE':
      return "IS_VISIBLE = 'YES'";
    case 'IGNORED':
      return "IGNORED = 'NO'";
    case null:
      return '1';
  }
}
