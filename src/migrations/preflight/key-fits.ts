import { columnBytes } from '../../schema/key-length.ts';
import type { IndexPart } from '../../schema/index-definition.ts';
import { findColumn, type TableInfo } from '../../schema/introspect-tables.ts';
import type { Finding } from '../finding.ts';
import type { Candidate, PreflightSubject } from './check.ts';
import { readVariables } from './variables.ts';

/**
 * MySQL manual, "InnoDB Limits": one key part has at most 3072 bytes, 767 in the older row formats, and less on pages of
 * less than 16 KiB.
 */
const LONGEST_PART_BYTES_COMPACT = 767;
/** All parts together: the server's limit. */
const LONGEST_KEY_BYTES = 3072;
const LONGEST_KEY_BYTES_MYISAM = 1000;
const LONGEST_KEY_BYTES_OF_PAGE: ReadonlyMap<string, number> = new Map([
  ['4096', 768],
  ['8192', 1536],
]);
const MOST_PARTS_MYSQL = 16;

/** Each key part, and the key as a whole, is short enough; long text has a prefix. */
export async function keyFits({
  candidates,
  inspection,
  database,
  session,
}: PreflightSubject): Promise<readonly Finding[]> {
  const pageSize = (await readVariables(session, ['innodb_page_size'])).get('innodb_page_size') ?? '';
  return candidates.flatMap((candidate) => {
    const table = inspection.tables.get(candidate.definition.table);
    const { parts, type } = candidate.definition;
    if (table === undefined || type !== 'BTREE') return [];
    const longest = longestKey(table, pageSize);
    const messages = parts.flatMap((part) => partMessages(part, table, longest));
    const total = parts.reduce((sum, part) => sum + partLength(part, table), 0);
    if (messages.length === 0 && total > longest) {
      messages.push(`the key has ${total} bytes, more than ${longest}`);
    }
    if (database.server.flavour === 'mysql' && parts.length > MOST_PARTS_MYSQL) {
      messages.push(`the key has ${parts.length} parts, more than ${MOST_PARTS_MYSQL}`);
    }
    return messages.map((message) => finding(candidate, message));
  });
}

function longestKey({ engine }: TableInfo, pageSize: string): number {
  if (engine === 'MyISAM') return LONGEST_KEY_BYTES_MYISAM;
  const ofPage = engine === 'InnoDB' ? LONGEST_KEY_BYTES_OF_PAGE.get(pageSize) : undefined;
  return ofPage ?? LONGEST_KEY_BYTES;
}

function partMessages(part: IndexPart, table: TableInfo, longest: number): string[] {
  const column = columnOf(part, table);
  if (column === undefined || part.kind !== 'column') return [];
  const long = /(?:text|blob)$/.test(column.dataType);
  if (column.dataType === 'json') return [`column ${column.name} is JSON: index an expression over it`];
  if (long && part.length === null)
    return [`column ${column.name} is ${column.dataType}: it needs a prefix length`];
  if (part.length !== null && column.maximumLength === null) {
    return [`column ${column.name} is ${column.dataType}: it takes no prefix length`];
  }
  if (part.length !== null && !long && part.length > (column.maximumLength ?? 0)) {
    return [`the prefix of ${part.length} is longer than column ${column.name} (${column.columnType})`];
  }
  const compact = table.rowFormat === 'Compact' || table.rowFormat === 'Redundant';
  const limit = compact ? Math.min(LONGEST_PART_BYTES_COMPACT, longest) : longest;
  const bytes = partLength(part, table);
  return bytes > limit
    ? [`column ${column.name} takes ${bytes} bytes of a key, more than ${limit}: give it a prefix length`]
    : [];
}

/** The limits count neither the byte for NULL nor the two for a length. */
function partLength(part: IndexPart, table: TableInfo): number {
  const column = columnOf(part, table);
  if (column === undefined || part.kind !== 'column') return 0;
  const bytes = columnBytes({ ...column, nullable: false }, part.length);
  return column.maximumLength === null ? bytes : bytes - 2;
}

function columnOf(part: IndexPart, table: TableInfo) {
  return part.kind === 'expression' ? undefined : findColumn(table, part.name);
}

function finding({ migration, definition }: Candidate, message: string): Finding {
  return {
    severity: 'refuse',
    check: 'key-fits',
    migration: migration.name,
    message: `index ${definition.name} of ${definition.table}: ${message}`,
    hint: 'shorten the index: columns: [{ column: "name", length: 100 }]',
  };
}
