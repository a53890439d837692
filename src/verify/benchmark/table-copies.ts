import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session, SqlValue } from '../../databases/session.ts';
import { WorkFailedError } from '../../errors.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';
import { renderDropIndex } from '../../schema/render-index.ts';
import { dropAbandonedCopies } from './abandoned-copies.ts';
import { type CopyPart, copyLock, copyName } from './copy-names.ts';

/** Rows that both copies hold before anything is measured. */
const FILLED_ROWS = 20_000;

/** Two copies of a table, one without its migrated indexes, and rows that neither of them has yet. */
export interface TableCopies {
  /** Quoted names. */
  readonly withIndexes: string;
  readonly withoutIndexes: string;
  /** Keys of rows that are in neither copy yet, in the order of the primary key. */
  readonly newKeys: readonly (readonly SqlValue[])[];
  readonly filledRows: number;
  /** Inserts one of the new rows into a copy. */
  insert(copy: string, key: readonly SqlValue[]): Promise<void>;
  /** Sets a column of one row to the present time. */
  touch(copy: string, column: string, key: readonly SqlValue[]): Promise<void>;
}

/**
 * Makes the copies beside the table, under names that begin with `tidemark_cost_`, and drops them whatever happens; what a
 * killed run left is dropped first. The copies have no triggers and no foreign keys: what is compared is the indexes.
 */
export async function withCopies<Result>(
  session: Session,
  options: {
    readonly table: TableInfo;
    readonly indexes: readonly IndexDefinition[];
    /** Makes the names of this run's copies its own: eight hexadecimal digits. */
    readonly token: string;
    readonly newRows: number;
  },
  work: (copies: TableCopies) => Promise<Result>,
): Promise<Result> {
  const { table, indexes, token, newRows } = options;
  const name = (part: CopyPart) => quoteIdentifier(copyName(token, part));
  const sample = name('sample');
  const withIndexes = name('with');
  const withoutIndexes = name('without');
  const source = quoteIdentifier(table.name);
  const columns = insertableColumns(table);
  const order = table.primaryKey.map(quoteIdentifier).join(', ');
  const condition = table.primaryKey.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
  const drops = indexes.map((index) => renderDropIndex(index.name)).join(', ');
  await dropAbandonedCopies(session);
  // Tells other runs that these copies are in use.
  const locked = await session.value<number>('SELECT GET_LOCK(?, 0)', [copyLock(token)]);
  if (locked !== 1) throw new WorkFailedError(`the server failed to take the lock "${copyLock(token)}"`);
  try {
    for (const copy of [sample, withIndexes, withoutIndexes]) {
      await session.execute(`CREATE TABLE ${copy} LIKE ${source}`);
    }
    await session.execute(`ALTER TABLE ${withoutIndexes} ${drops}`);
    await session.execute(`ALTER TABLE ${sample} ${drops}`);
    const sampleRows = await session.execute(
      `INSERT INTO ${sample} (${columns}) SELECT ${columns} FROM ${source} ORDER BY ${order} LIMIT ${FILLED_ROWS + newRows}`,
    );
    const filledRows = Math.max(0, sampleRows - newRows);
    for (const copy of [withIndexes, withoutIndexes]) {
      await session.execute(
        `INSERT INTO ${copy} (${columns}) SELECT ${columns} FROM ${sample} ORDER BY ${order} LIMIT ${filledRows}`,
      );
    }
    const keys = await session.query(
      `SELECT ${order} FROM ${sample} ORDER BY ${order} LIMIT ${newRows} OFFSET ${filledRows}`,
    );
    return await work({
      withIndexes,
      withoutIndexes,
      filledRows,
      newKeys: keys.map((row) => Object.values(row) as readonly SqlValue[]),
      insert: async (copy, key) => {
        await session.execute(
          `INSERT INTO ${copy} (${columns}) SELECT ${columns} FROM ${sample} WHERE ${condition}`,
          key,
        );
      },
      touch: async (copy, column, key) => {
        await session.execute(
          `UPDATE ${copy} SET ${quoteIdentifier(column)} = UTC_TIMESTAMP() WHERE ${condition}`,
          key,
        );
      },
    });
  } finally {
    await session.execute(`DROP TABLE IF EXISTS ${sample}, ${withIndexes}, ${withoutIndexes}`);
    await session.value('SELECT RELEASE_LOCK(?)', [copyLock(token)]);
  }
}

/** A generated column takes no value; one with a default that is an expression does. */
function insertableColumns(table: TableInfo): string {
  return table.columns
    .filter(({ extra }) => !/\b(VIRTUAL|STORED|PERSISTENT)\b/.test(extra))
    .map(({ name }) => quoteIdentifier(name))
    .join(', ');
}
