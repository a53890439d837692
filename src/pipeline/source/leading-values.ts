import { qualifiedName } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { RefusedError } from '../../errors.ts';
import type { Position } from '../../rows/position.ts';
import { lastLeadingQuery, nextLeadingQueries } from './queries.ts';
import { requireProgress } from './require-progress.ts';
import type { SourceTable } from './source-table.ts';

/** Each value costs some statements in every run: a column of visitors is not meant, one of sites is. */
const MOST_VALUES = 10_000;

/** Whether the cursor's index leads with other columns, so that a run is one range for each of their values. */
export function skipsLeading(table: SourceTable): boolean {
  return table.index !== null && table.skipScan.length > 0;
}

/**
 * The distinct values of the columns that the cursor's index leads with, found by skipping from one to the next: one
 * index entry each. One empty value where the index leads with the cursor. Throws a RefusedError if there are too many.
 */
export async function leadingValues(session: Session, table: SourceTable): Promise<readonly Position[]> {
  if (!skipsLeading(table)) return [[]];
  const values: Position[] = [];
  for (;;) {
    const next = await nextValue(session, table, values.at(-1) ?? null);
    if (next === null) return values;
    requireProgress(table, values.at(-1) ?? null, next);
    if (values.length === MOST_VALUES) {
      throw new RefusedError(
        `${table.database}.${table.name}: (${table.skipScan.map(({ name }) => name).join(', ')}) has more than ${MOST_VALUES} values, and each is a range of its own`,
        {
          hint: `build an index of ${qualifiedName(table.schema, table.name)} that leads with ${table.cursor.name}, and leave skipScan out`,
        },
      );
    }
    values.push(next);
  }
}

/** The first and the last of these values: two index entries. */
export async function leadingEnds(session: Session, table: SourceTable): Promise<readonly Position[]> {
  if (!skipsLeading(table)) return [[]];
  const first = await nextValue(session, table, null);
  const [row] = await session.query(lastLeadingQuery(table));
  if (first === null || row === undefined) return [];
  const last = Object.values(row).map(String);
  return last.every((value, at) => value === first[at]) ? [first] : [first, last];
}

async function nextValue(
  session: Session,
  table: SourceTable,
  after: Position | null,
): Promise<Position | null> {
  for (const query of nextLeadingQueries(table, after)) {
    const [row] = await session.query(query);
    if (row !== undefined) return Object.values(row).map(String);
  }
  return null;
}
