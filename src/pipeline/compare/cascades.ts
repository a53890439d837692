import type { Session } from '../../databases/session.ts';
import { type ForeignKeyClause, foreignKeyClauses } from '../../schema/foreign-key-clauses.ts';

/** A foreign key by which the server itself changes rows of the table that has it, where its parent changes. */
export interface Cascade {
  readonly constraint: string;
  /** Such as `ON DELETE SET NULL ON UPDATE CASCADE`. */
  readonly actions: string;
}

/** The foreign keys of a table that change its rows. */
export async function changingCascades(
  session: Session,
  table: { readonly schema: string; readonly name: string },
): Promise<readonly Cascade[]> {
  return changing(await foreignKeyClauses(session, table));
}

/**
 * Those of a table's foreign keys that change its rows. Neither server moves a column with ON UPDATE CURRENT_TIMESTAMP by
 * them (tested on both).
 */
export function changing(clauses: readonly ForeignKeyClause[]): readonly Cascade[] {
  return clauses.flatMap(({ constraint, actions }) => {
    // Rows that a cascade deletes are rows that are deleted.
    const updates = actions.filter((action) => action !== 'ON DELETE CASCADE');
    return updates.length === 0 ? [] : [{ constraint, actions: updates.join(' ') }];
  });
}
