import type { IndexDefinition, IndexPart } from './index-definition.ts';
import { findColumn, type TableInfo } from './introspect-tables.ts';

/**
 * An index as the server will report it once it is there, given its table: columns in the case of the table's own,
 * and no prefix where it covers the whole column. A column that the table lacks is left as it is written.
 */
export function canonicalIndex(index: IndexDefinition, table: TableInfo): IndexDefinition {
  return { ...index, table: table.name, parts: index.parts.map((part) => canonicalPart(part, table)) };
}

function canonicalPart(part: IndexPart, table: TableInfo): IndexPart {
  if (part.kind === 'expression') return part;
  const column = findColumn(table, part.name);
  if (column === undefined) return part;
  const wholeColumn = part.length !== null && part.length === column.maximumLength;
  return { ...part, name: column.name, length: wholeColumn ? null : part.length };
}
