/**
 * What an index is, independent of the server that has it and of the migration that made it. The names follow
 * `information_schema.STATISTICS`.
 */
export type IndexType = 'BTREE' | 'FULLTEXT' | 'SPATIAL';

/** A key part over a column; `length` is the prefix in characters (bytes for binary columns), null for all. */
export interface ColumnPart {
  readonly kind: 'column';
  readonly name: string;
  readonly length: number | null;
  readonly descending: boolean;
}

/** A functional key part (MySQL 8.0.13): an SQL expression without its outer parentheses. */
export interface ExpressionPart {
  readonly kind: 'expression';
  readonly expression: string;
  readonly descending: boolean;
}

export type IndexPart = ColumnPart | ExpressionPart;

export interface IndexDefinition {
  readonly table: string;
  readonly name: string;
  readonly parts: readonly IndexPart[];
  readonly unique: boolean;
  readonly type: IndexType;
  /** False where the optimizer does not see it: INVISIBLE on MySQL, IGNORED on MariaDB. */
  readonly visible: boolean;
  readonly comment: string;
}

/** The columns of an index as a person writes them: `name`, `name(10)`, `name DESC`, `(expression)`. */
export function describeParts(parts: readonly IndexPart[]): readonly string[] {
  return parts.map((part) => {
    const direction = part.descending ? ' DESC' : '';
    if (part.kind === 'expression') return `(${part.expression})${direction}`;
    return `${part.name}${part.length === null ? '' : `(${part.length})`}${direction}`;
  });
}

/** The definition alone, without what a caller's kind of index has beside it. */
export function definitionOf(index: IndexDefinition): IndexDefinition {
  const { table, name, parts, unique, type, visible, comment } = index;
  return { table, name, parts, unique, type, visible, comment };
}
