import type { Database } from '../../databases/database.ts';
import { WorkFailedError } from '../../errors.ts';
import { describeSource } from './describe-source.ts';
import type { ExtractedTable } from './load-tables.ts';
import type { SourceTable } from './source-table.ts';

/** An extracted table as the database has it, or why it cannot be extracted. */
export type DescribedTable =
  | { readonly kind: 'described'; readonly extracted: ExtractedTable; readonly table: SourceTable }
  | { readonly kind: 'faulty'; readonly extracted: ExtractedTable; readonly error: WorkFailedError };

/**
 * Describes tables so that one that is faulty does not hide the others, in their order: all at once, and in halves only
 * where one of them is faulty.
 */
export async function describeEach(
  database: Database,
  tables: readonly ExtractedTable[],
): Promise<readonly DescribedTable[]> {
  const [first, ...others] = tables;
  if (first === undefined) return [];
  try {
    const sources = await describeSource(database, tables);
    return sources.map((table, at) => ({ kind: 'described', extracted: tables[at]!, table }));
  } catch (error) {
    if (!(error instanceof WorkFailedError)) throw error;
    if (others.length === 0) return [{ kind: 'faulty', extracted: first, error }];
    const middle = Math.floor(tables.length / 2);
    return [
      ...(await describeEach(database, tables.slice(0, middle))),
      ...(await describeEach(database, tables.slice(middle))),
    ];
  }
}
