import { escape, escapeId } from 'mysql2';

/** Quotes one identifier (never a qualified one: a dot inside the name stays part of the name). */
export function quoteIdentifier(name: string): string {
  return escapeId(name, true);
}

/** `schema`.`table`, both quoted. */
export function qualifiedName(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** Quotes a string literal for statements that take no placeholders (DDL). */
export function quoteString(value: string): string {
  return escape(value);
}
