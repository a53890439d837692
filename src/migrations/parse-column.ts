import type { ColumnPart } from '../schema/index-definition.ts';

/** `name`, `name(10)`, `name DESC`, `name(10) ASC`; the name in backticks where it holds what would be read otherwise. */
const COLUMN =
  /^(?:`(?<quoted>[^`]+)`|(?<plain>[^\s(),`]+))(?:\s*\((?<length>[1-9]\d*)\))?(?:\s+(?<order>asc|desc))?$/i;

/** Reads a key part as people write it on a command line; null if it is none. */
export function parseColumn(text: string): ColumnPart | null {
  const groups = COLUMN.exec(text.trim())?.groups;
  if (groups === undefined) return null;
  return {
    kind: 'column',
    name: groups['quoted'] ?? groups['plain'] ?? '',
    length: groups['length'] === undefined ? null : Number(groups['length']),
    descending: groups['order']?.toLowerCase() === 'desc',
  };
}
