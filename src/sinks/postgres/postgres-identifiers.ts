import { createHash } from 'node:crypto';
import type { TargetColumn } from '../sink.ts';

/** Longer names are cut by the server without a word (PostgreSQL manual, "Identifiers and Key Words": NAMEDATALEN - 1). */
const LONGEST_NAME_BYTES = 63;
const HASH_LENGTH = 8;

/** Quotes a name of the source. One that is too long is cut, and made one of a kind by a hash of all of it. */
export function identifier(name: string): string {
  return quoted(storedName(name));
}

/** Quotes a name of the catalog. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name of the source as the catalog has it. */
export function storedName(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME_BYTES) return name;
  let kept = name;
  while (Buffer.byteLength(kept) > LONGEST_NAME_BYTES - HASH_LENGTH - 1)
    kept = Array.from(kept).slice(0, -1).join('');
  return `${kept}_${shortHash(name)}`;
}

/** Quoted names are told apart by case; one that is cut could meet another. */
export function postgresPlaces(table: string): readonly string[] {
  return [storedName(table)];
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
}

/** Names of columns, quoted, as a list; with an alias of their table before each where one is given. */
export function columnList(columns: readonly Pick<TargetColumn, 'name'>[], alias?: string): string {
  const before = alias === undefined ? '' : `${alias}.`;
  return columns.map(({ name }) => before + identifier(name)).join(', ');
}

/** Two tables' rows of one key. */
export function sameKey(key: readonly string[], left: string, right: string): string {
  return key.map((name) => `${left}.${identifier(name)} = ${right}.${identifier(name)}`).join(' AND ');
}

/** A text as a literal. With a backslash, the E form says the same whatever `standard_conforming_strings` is. */
export function literal(text: string): string {
  const inQuotes = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${inQuotes}` : inQuotes;
}
