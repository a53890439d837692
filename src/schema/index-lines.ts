import { quoteIdentifier } from '../databases/identifiers.ts';
import type { Session } from '../databases/session.ts';

/** An index as `SHOW CREATE TABLE` has it: everything the server knows of it, in its own words. */
export interface IndexLine {
  readonly name: string;
  /** Such as ``KEY `idx_a` (`a`) COMMENT 'x'``; `ADD` before it makes the same index again. */
  readonly text: string;
  /** A unique or FULLTEXT index has a place of its own, before or after all others. */
  readonly plain: boolean;
}

// Names stand without quotes where sql_quote_show_create is off.
const INDEX_LINE = /^\s+((?:(UNIQUE|FULLTEXT|SPATIAL|VECTOR) )?KEY (?:`((?:[^`]|``)+)`|(\S+)) .*?),?$/;

/** The indexes of a table but the primary key, in the order in which the server lists and keeps them. */
export async function readIndexLines(session: Session, table: string): Promise<readonly IndexLine[]> {
  const [row] = await session.query<{ readonly 'Create Table': string }>(
    `SHOW CREATE TABLE ${quoteIdentifier(table)}`,
  );
  return parseIndexLines(row?.['Create Table'] ?? '');
}

function parseIndexLines(createTable: string): readonly IndexLine[] {
  return createTable.split('\n').flatMap((line) => {
    const [, text, kind, quoted, bare] = INDEX_LINE.exec(line) ?? [];
    if (text === undefined) return [];
    const name = quoted?.replaceAll('``', '`') ?? bare ?? '';
    return [{ name, text, plain: kind === undefined || kind === 'SPATIAL' }];
  });
}
