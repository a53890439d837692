import { randomBytes } from 'node:crypto';
import { isPrivilegeMissing } from '../../databases/server-errors.ts';
import type { Session, SqlValue } from '../../databases/session.ts';
import { WorkFailedError } from '../../errors.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';
import { type TableInfo, timeColumns } from '../../schema/introspect-tables.ts';
import { spread } from './benchmark-result.ts';
import { type TableCopies, withCopies } from './table-copies.ts';
import type { WriteCostResult, WriteRates } from './write-cost-result.ts';

const ROUNDS = 7;
/** Writes of one round, into each of the two copies. */
const ROUND_WRITES = 300;
const WRITES = ROUNDS * ROUND_WRITES;

/**
 * Measures how much slower single rows are written with a table's migrated indexes than without. Two copies take the
 * same writes in turns, so that both meet the same noise. They are made beside the table, and dropped. Throws a
 * WorkFailedError if the user may not make them.
 */
export async function measureWriteCost(
  session: Session,
  table: TableInfo,
  indexes: readonly IndexDefinition[],
  signal: AbortSignal,
): Promise<WriteCostResult> {
  const column = indexedTimeColumn(table, indexes);
  if (column === null)
    return skipped(table, 'no migrated index is about a time, so there is no typical update');
  if (table.primaryKey.length === 0) return skipped(table, 'it has no primary key');
  const token = randomBytes(4).toString('hex');
  try {
    return await withCopies(session, { table, indexes, token, newRows: WRITES }, async (copies) => {
      if (copies.newKeys.length < WRITES || copies.filledRows === 0) {
        return skipped(table, `it has no more than ${WRITES} rows`);
      }
      return {
        kind: 'measured',
        table: table.name,
        indexes: indexes.map(({ name }) => name),
        rows: copies.filledRows,
        insert: await compare(copies, signal, (copy, key) => copies.insert(copy, key)),
        update: await compare(copies, signal, (copy, key) => copies.touch(copy, column, key)),
      };
    });
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    throw new WorkFailedError(
      `cannot copy ${table.name} to measure what its indexes cost writers: ${(error as Error).message}`,
      {
        hint: 'grant CREATE, DROP, ALTER, INDEX, INSERT and UPDATE on the schema, or leave out --write-cost',
        cause: error,
      },
    );
  }
}

/** Writes all new rows to both copies: each row to the one and at once to the other, which goes first in turns. */
async function compare(
  copies: TableCopies,
  signal: AbortSignal,
  write: (copy: string, key: readonly SqlValue[]) => Promise<void>,
): Promise<WriteRates> {
  const rates = { withIndexes: [] as number[], withoutIndexes: [] as number[] };
  const turns = [
    ['withIndexes', 'withoutIndexes'],
    ['withoutIndexes', 'withIndexes'],
  ] as const;
  for (let round = 0; round < ROUNDS; round++) {
    signal.throwIfAborted();
    const milliseconds = { withIndexes: 0, withoutIndexes: 0 };
    const keys = copies.newKeys.slice(round * ROUND_WRITES, (round + 1) * ROUND_WRITES);
    for (const [position, key] of keys.entries()) {
      for (const kind of turns[position % 2 === 0 ? 0 : 1]) {
        const started = performance.now();
        await write(copies[kind], key);
        milliseconds[kind] += performance.now() - started;
      }
    }
    rates.withIndexes.push(keys.length / (milliseconds.withIndexes / 1000));
    rates.withoutIndexes.push(keys.length / (milliseconds.withoutIndexes / 1000));
  }
  return { withIndexes: spread(rates.withIndexes), withoutIndexes: spread(rates.withoutIndexes) };
}

function indexedTimeColumn(table: TableInfo, indexes: readonly IndexDefinition[]): string | null {
  const times = new Set(timeColumns(table).map(({ name }) => name));
  const indexed = indexes.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'column' ? [part.name] : [])),
  );
  return indexed.find((name) => times.has(name)) ?? null;
}

function skipped(table: TableInfo, reason: string): WriteCostResult {
  return { kind: 'skipped', table: table.name, reason };
}
