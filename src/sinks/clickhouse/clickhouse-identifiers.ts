import { createHash } from 'node:crypto';
import type { TableName, TargetColumn } from '../sink.ts';

/**
 * A table's name becomes the name of a file, with `%XX` for each byte that is no letter, digit or underscore; the longest
 * name of a file has 255 bytes, of which the server adds some of its own, and we a prefix.
 */
const LONGEST_FILE_NAME = 150;
const HASH_LENGTH = 16;
/** What begins like this is the sink's own. */
export const OWN_PREFIX = '_tidemark_';
const SEPARATOR = '__';

/** Quotes a name (ClickHouse manual, "Syntax", "Identifiers"). */
export function identifier(name: string): string {
  return `\`${escaped(name).replaceAll('`', '\\`')}\``;
}

/** A text as a literal. */
export function literal(text: string): string {
  return `'${escaped(text).replaceAll("'", String.raw`\'`)}'`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\0', String.raw`\0`);
}

/** Names of columns, quoted, as a list; with an alias of their table before each where one is given. */
export function columnList(columns: readonly Pick<TargetColumn, 'name'>[], alias?: string): string {
  const before = alias === undefined ? '' : `${alias}.`;
  return columns.map(({ name }) => before + identifier(name)).join(', ');
}

/** Where readers find a table: `<database>__<table>`, of which no two tables have the same. */
export function publishedName({ database, table }: TableName): string {
  const name = `${database}${SEPARATOR}${table}`;
  // Else `a__b` and `c` would meet `a` and `b__c`.
  const unclear =
    database.includes(SEPARATOR) ||
    database.endsWith('_') ||
    table.startsWith('_') ||
    database.startsWith(OWN_PREFIX);
  if (!unclear && fileNameLength(name) <= LONGEST_FILE_NAME) return name;
  let kept = name;
  while (fileNameLength(kept) > LONGEST_FILE_NAME - HASH_LENGTH - 1)
    kept = Array.from(kept).slice(0, -1).join('');
  return `${kept}_${tableHash({ database, table })}`;
}

/** Tells tables apart in names of tables of ours. */
export function tableHash({ database, table }: TableName): string {
  return createHash('sha256').update(`${database}\0${table}`).digest('hex').slice(0, HASH_LENGTH);
}

function fileNameLength(name: string): number {
  return name.replaceAll(/\W/gu, (character) => '%XX'.repeat(Buffer.byteLength(character))).length;
}
