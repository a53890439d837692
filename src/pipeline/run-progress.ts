import type { SourceTable } from './source-table.ts';
import type { RunBound } from './run-bound.ts';
import type { Position } from './keyset.ts';
import type { RunRecord, TableState } from './sink.ts';
import type { RunWarning, TableRun } from './report.ts';

/** What a table's run has done so far. It outlives a lost connection: the next attempt goes on from it. */
export class RunProgress {
  readonly mode: RunRecord['mode'];
  readonly startedAt = new Date();
  /** The state as the sink last committed it. */
  state: TableState | null;
  /** Where the run began. */
  readonly from: Position | null;
  bound: RunBound | null = null;
  /** Rows that were committed, and rows that were written since. */
  rowsCommitted = 0;
  rowsWritten = 0;
  serverRowsRead = 0;
  readonly #table: SourceTable;
  readonly #invalidDates: number[];
  #nullCursors = 0;

  constructor(table: SourceTable, mode: RunRecord['mode'], state: TableState | null) {
    this.#table = table;
    this.mode = mode;
    this.state = state;
    this.from = mode === 'incremental' ? (state?.watermark ?? null) : null;
    this.#invalidDates = table.columns.map(() => 0);
  }

  get rows(): number {
    return this.rowsCommitted + this.rowsWritten;
  }

  /** Takes over what a commit made durable. */
  committed(state: TableState): void {
    this.state = state;
    this.rowsCommitted += this.rowsWritten;
    this.rowsWritten = 0;
  }

  /** Forgets what was written and not committed: it will be read again. */
  rolledBack(): void {
    this.rowsWritten = 0;
  }

  addInvalidDates(counts: Readonly<Uint32Array>): void {
    for (const [column, count] of counts.entries()) this.#invalidDates[column]! += count;
  }

  addNullCursors(count: number): void {
    this.#nullCursors += count;
  }

  get warnings(): readonly RunWarning[] {
    const { columns, cursor } = this.#table;
    const warnings: RunWarning[] = [...(this.bound?.warnings ?? [])];
    for (const [index, count] of this.#invalidDates.entries()) {
      if (count > 0) warnings.push({ kind: 'zero-date', column: columns[index]!.name, count });
    }
    if (this.#nullCursors > 0) {
      warnings.push({ kind: 'null-cursor', column: cursor.name, count: this.#nullCursors });
    }
    return warnings;
  }

  /** The run as its report has it. */
  report(output: string, bound: string): TableRun {
    const seconds = (Date.now() - this.startedAt.getTime()) / 1000;
    return {
      database: this.#table.database,
      table: this.#table.name,
      mode: this.mode,
      rows: this.rows,
      seconds,
      rowsPerSecond: seconds === 0 ? this.rows : Math.round(this.rows / seconds),
      serverRowsRead: this.serverRowsRead,
      index: this.#table.index,
      watermark: { from: this.from, to: this.state?.watermark ?? null, bound },
      warnings: this.warnings,
      output,
    };
  }
}
