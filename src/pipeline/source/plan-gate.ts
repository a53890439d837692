import { type TableAccess, explain } from '../../databases/explain-plan.ts';
import { qualifiedName, quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { RefusedError } from '../../errors.ts';
import { type AdviseIndex, wantedIndex } from './index-advice.ts';
import { leadingValues } from './leading-values.ts';
import { incrementalQueries, nullCursorQueries, type StatementRange } from './queries.ts';
import { readsNullCursors, type SourceTable } from './source-table.ts';

/** How the server would run one query of an extraction. */
export interface ExtractionPlan {
  readonly query: string;
  /** The index that the table file names. */
  readonly expectedIndex: string;
  /** Null where the server needs to read nothing. */
  readonly access: TableAccess | null;
  /** Reads a range of an index that serves the cursor, in order. */
  readonly ok: boolean;
}

/** Asks the server for the plans of the queries that an incremental run from a watermark to a bound would run. */
export async function extractionPlans(
  session: Session,
  table: SourceTable,
  range: Omit<StatementRange, 'leading'>,
): Promise<readonly ExtractionPlan[]> {
  const values = await leadingValues(session, table);
  const queries = values.flatMap((leading) => [
    ...incrementalQueries(table, { ...range, leading }),
    ...(readsNullCursors(table)
      ? nullCursorQueries(table, { after: null, limit: range.limit, leading })
      : []),
  ]);
  const plans: ExtractionPlan[] = [];
  for (const query of queries) {
    const access = await explain(session, query);
    plans.push({
      query,
      expectedIndex: table.wantedIndex,
      access,
      ok: table.index !== null && (isRange(access) || isWholeRange(table, range, access)),
    });
  }
  return plans;
}

/**
 * Refuses to read a table whose cursor no index serves, or that the server would scan or sort all the same. Throws a
 * RefusedError with the advice.
 */
export async function requireIndex(
  session: Session,
  { table, adviseIndex }: { readonly table: SourceTable; readonly adviseIndex: AdviseIndex },
  range: Omit<StatementRange, 'leading'>,
): Promise<void> {
  const where = `${table.database}.${table.name}`;
  const scan = '--allow-scan reads the table without it';
  if (table.index === null) {
    const noOther = `no other index serves ${quoteIdentifier(table.cursor.name)}: the run would scan the table`;
    if (table.indexFault !== null) {
      throw new RefusedError(
        `${where}: index ${quoteIdentifier(table.wantedIndex)} does not serve the cursor, and ${noOther}`,
        { hint: [table.indexFault, scan] },
      );
    }
    throw new RefusedError(
      `${where}: index ${quoteIdentifier(table.wantedIndex)} does not exist, and ${noOther}`,
      { hint: [await adviseIndex(wantedIndex(table)), scan] },
    );
  }
  const plans = await extractionPlans(session, table, range);
  const bad = plans.find((plan) => !plan.ok)?.access;
  if (bad === undefined || bad === null) return;
  throw new RefusedError(
    `${where}: the optimizer does not use ${quoteIdentifier(table.index)} for a range scan: it chose access type "${bad.accessType}" on ${bad.index === null ? 'no index' : quoteIdentifier(bad.index)}${bad.sorts ? ' and a filesort' : ''}`,
    {
      // The index is there, and the server has statistics by which it thinks little of it.
      hint: [
        `ANALYZE TABLE ${qualifiedName(table.schema, table.name)}, then run again`,
        'verify --plans shows the statement and its plan',
        scan,
      ],
    },
  );
}

/** Rows up to which a whole index costs no more than a range of it, so that MySQL may take either. */
const TINY = 100;

/**
 * MySQL also takes the whole index, in order, for a range that begins where the index does, and where few rows are left
 * of it, such as in the one partition that a condition leaves. An estimate that is the LIMIT's says nothing.
 */
function isWholeRange(
  table: SourceTable,
  { after, limit }: Omit<StatementRange, 'leading'>,
  access: TableAccess | null,
): boolean {
  if (access?.access !== 'index' || access.index !== table.index || access.sorts) return false;
  const rows = access.rowsEstimated ?? Infinity;
  return after === null || table.rowsEstimate <= TINY || (rows <= TINY && rows < limit);
}

function isRange(access: TableAccess | null): boolean {
  if (access === null) return true;
  const bounded = access.access === 'range' || access.access === 'ref' || access.access === 'const';
  return bounded && !access.sorts;
}
