import { WorkFailedError } from '../../errors.ts';
import { requireRealKeyDates } from '../source/key-dates.ts';
import type { RunWarning } from './report.ts';
import type { SourceTable } from '../source/source-table.ts';

/** What was seen in some rows. */
export class Tally {
  rows = 0;
  /** Rows without a cursor value. */
  nullCursors = 0;
  /** Per column: values that are no dates and were read as NULL. */
  readonly invalidDates: number[];
  /** Per column: texts that lost characters when the server converted them. */
  readonly lossyTexts: number[];
  readonly #table: SourceTable;

  constructor(table: SourceTable) {
    this.#table = table;
    this.invalidDates = table.columns.map(() => 0);
    this.lossyTexts = table.columns.map(() => 0);
  }

  addInvalidDates(counts: Iterable<number>): void {
    addEach(this.invalidDates, counts);
  }

  addLossyTexts(counts: Iterable<number>): void {
    addEach(this.lossyTexts, counts);
  }

  /** This and another one together. */
  plus(other: Tally): Tally {
    const sum = new Tally(this.#table);
    sum.rows = this.rows + other.rows;
    sum.nullCursors = this.nullCursors + other.nullCursors;
    sum.addInvalidDates(this.invalidDates);
    sum.addInvalidDates(other.invalidDates);
    sum.addLossyTexts(this.lossyTexts);
    sum.addLossyTexts(other.lossyTexts);
    return sum;
  }

  get warnings(): readonly RunWarning[] {
    const { columns, cursor } = this.#table;
    const dates = this.invalidDates.flatMap((count, column) =>
      count === 0 ? [] : [{ kind: 'zero-date', column: columns[column]!.name, count } as const],
    );
    const texts = this.lossyTexts.flatMap((count, column) =>
      count === 0 ? [] : [{ kind: 'lossy-text', column: columns[column]!.name, count } as const],
    );
    const nulls =
      this.nullCursors === 0
        ? []
        : [{ kind: 'null-cursor', column: cursor.name, count: this.nullCursors } as const];
    return [...dates, ...texts, ...nulls];
  }

  /** Throws a WorkFailedError for what the table file calls an error. */
  enforcePolicies(): void {
    const { database, name, zeroDates, nullCursor } = this.#table;
    requireRealKeyDates(this.#table, this.#table.columns, this.invalidDates);
    for (const warning of this.warnings) {
      if (warning.kind === 'zero-date' && zeroDates === 'error') {
        throw new WorkFailedError(
          `${database}.${name}: column "${warning.column}" has ${warning.count} dates that are in no calendar`,
          { hint: 'fix them at the source, or set zeroDates to "null" or "text" in the table file' },
        );
      }
      if (warning.kind === 'null-cursor' && nullCursor === 'error') {
        throw new WorkFailedError(
          `${database}.${name}: the cursor "${warning.column}" is NULL in ${warning.count} rows`,
          { hint: 'fix them at the source, or set nullCursor to "include" or "ignore" in the table file' },
        );
      }
    }
  }
}

function addEach(sums: number[], counts: Iterable<number>): void {
  let column = 0;
  for (const count of counts) sums[column++]! += count;
}
