import { qualifiedName } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import type { SourceTable } from '../source/source-table.ts';

/** A foreign key by which the server itself changes rows of the table that has it, where its parent changes. */
export interface Cascade {
  readonly constraint: string;
  /** Such as `ON DELETE SET NULL ON UPDATE CASCADE`. */
  readonly actions: string;
}

/**
 * The foreign keys of a table that change its rows. Neither server moves a column with ON UPDATE CURRENT_TIMESTAMP by them
 * (tested on both). Read from SHOW CREATE TABLE, which takes no more than SELECT: information_schema shows constraints
 * only to who may write.
 */
export async function changingCascades(session: Session, table: SourceTable): Promise<readonly Cascade[]> {
  const [row] = await session.query(`SHOW CREATE TABLE ${qualifiedName(table.schema, table.name)}`);
  return parseCascades(String(row?.['Create Table']));
}

function parseCascades(statement: string): readonly Cascade[] {
  return statement.split('\n').flatMap((line) => {
    const [, name, rest = ''] = /^\s*CONSTRAINT `((?:[^`]|``)+)` FOREIGN KEY (.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    // Rows that a cascade deletes are rows that are deleted.
    const actions = [
      ...rest.matchAll(/ ON (?:UPDATE (?:CASCADE|SET NULL|SET DEFAULT)|DELETE SET (?:NULL|DEFAULT))/g),
    ];
    return actions.length === 0
      ? []
      : [
          {
            constraint: name.replaceAll('``', '`'),
            actions: actions.map(([action]) => action.trim()).join(' '),
          },
        ];
  });
}
