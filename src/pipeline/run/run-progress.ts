import type { Position } from '../../rows/position.ts';
import { readingWarnings } from './reading-warnings.ts';
import type { RunWarning, TableRun } from './report.ts';
import type { Resumption } from '../bound/resumption.ts';
import type { RunBound } from '../bound/run-bound.ts';
import type { RunRecord, TableState } from '../../sinks/sink.ts';
import type { SourceTable } from '../source/source-table.ts';
import { Tally } from './tally.ts';

/** What a table's run has done so far. It outlives a lost connection: the next attempt goes on from it. */
export class RunProgress {
  readonly mode: RunRecord['mode'];
  readonly startedAt = new Date();
  /** The state as the sink last committed it. */
  state: TableState | null;
  /** Where the run began. */
  readonly from: Position | null;
  bound: RunBound | null = null;
  /** How it goes on from the run before. */
  resumption: Resumption | null = null;
  serverRowsRead = 0;
  /** It held one snapshot for longer than a snapshot should be held. */
  #heldLong = false;
  /** What was written since the last commit. */
  pending: Tally;
  readonly #table: SourceTable;
  #committed: Tally;

  constructor(table: SourceTable, mode: RunRecord['mode'], state: TableState | null) {
    this.#table = table;
    this.mode = mode;
    this.state = state;
    this.from = mode === 'incremental' ? (state?.watermark ?? null) : null;
    this.pending = new Tally(table);
    this.#committed = new Tally(table);
  }

  get rowsCommitted(): number {
    return this.#committed.rows;
  }

  /** Rows written, whether they are committed or not. */
  get rows(): number {
    return this.#committed.rows + this.pending.rows;
  }

  get warnings(): readonly RunWarning[] {
    return [
      ...readingWarnings(this.#table, this.mode),
      ...(this.#heldLong
        ? [{ kind: 'one-snapshot', because: this.mode === 'compare' ? 'compare' : 'full' } as const]
        : []),
      ...(this.bound?.warnings ?? []),
      ...(this.resumption?.warnings ?? []),
      ...this.#committed.plus(this.pending).warnings,
    ];
  }

  /** Takes over what a commit made durable. Of the rows that were read so many were there, as they are. */
  committed(state: TableState, unchanged = 0): void {
    this.state = state;
    this.pending.rows -= unchanged;
    this.#committed = this.#committed.plus(this.pending);
    this.pending = new Tally(this.#table);
  }

  /** Notes that the rows so far were read in one snapshot, which should be held for no more than so many seconds. */
  noteSnapshot(one: boolean, longest: number): void {
    this.#heldLong ||= one && (Date.now() - this.startedAt.getTime()) / 1000 > longest;
  }

  /** Forgets what was written, committed or not: all of it is read again. */
  startOver(): void {
    this.#committed = new Tally(this.#table);
    this.pending = new Tally(this.#table);
  }

  /** Forgets what was written and not committed: it will be read again. */
  rolledBack(): void {
    this.pending = new Tally(this.#table);
  }

  /** The run as its report has it. */
  report(output: string): TableRun {
    const seconds = (Date.now() - this.startedAt.getTime()) / 1000;
    return {
      database: this.#table.database,
      table: this.#table.name,
      mode: this.mode,
      rows: this.rows,
      seconds,
      rowsPerSecond: seconds === 0 ? this.rows : Math.round(this.rows / seconds),
      serverRowsRead: this.serverRowsRead,
      index: this.#table.index ?? (this.#table.strategy === 'watermark' ? null : this.#table.keyIndex),
      watermark: { from: this.from, to: this.state?.watermark ?? null, bound: this.state?.bound ?? '' },
      warnings: this.warnings,
      source: {
        server: this.bound?.horizon.server ?? '',
        schema: this.#table.schema,
        table: this.#table.name,
      },
      output,
    };
  }
}
