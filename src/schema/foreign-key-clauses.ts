import { qualifiedName } from '../databases/identifiers.ts';
import type { Session } from '../databases/session.ts';

/** A foreign key as SHOW CREATE TABLE has it. */
export interface ForeignKeyClause {
  readonly constraint: string;
  readonly columns: readonly string[];
  /** The table that it references; with its schema in front where that is another one. */
  readonly references: string;
  /** What the server does to the rows that have the key, where their parent changes, such as `ON DELETE SET NULL`. */
  readonly actions: readonly string[];
}

/**
 * The foreign keys that a table has. Read from SHOW CREATE TABLE, which takes no more than SELECT: information_schema
 * shows constraints only to who may write.
 */
export async function foreignKeyClauses(
  session: Session,
  table: { readonly schema: string; readonly name: string },
): Promise<readonly ForeignKeyClause[]> {
  const [row] = await session.query(`SHOW CREATE TABLE ${qualifiedName(table.schema, table.name)}`);
  return String(row?.['Create Table']).split('\n').flatMap(parseClause);
}

const IDENTIFIER = '`(?:[^`]|``)+`';
const CLAUSE = new RegExp(
  `^\\s*CONSTRAINT (?<name>${IDENTIFIER}) FOREIGN KEY \\((?<columns>.+?)\\) REFERENCES (?<table>(?:${IDENTIFIER}\\.)?${IDENTIFIER}) \\((?<rest>.*)$`,
);

function parseClause(line: string): readonly ForeignKeyClause[] {
  const { name, columns, table, rest = '' } = CLAUSE.exec(line)?.groups ?? {};
  if (name === undefined || columns === undefined || table === undefined) return [];
  const actions = [...rest.matchAll(/ON (?:UPDATE|DELETE) (?:CASCADE|SET NULL|SET DEFAULT)/g)];
  return [
    {
      constraint: identifiers(name)[0]!,
      columns: identifiers(columns),
      references: identifiers(table).join('.'),
      actions: actions.map(([action]) => action),
    },
  ];
}

function identifiers(list: string): readonly string[] {
  return [...list.matchAll(new RegExp(IDENTIFIER, 'g'))].map(([quoted]) =>
    quoted.slice(1, -1).replaceAll('``', '`'),
  );
}
