import type { TidemarkError } from '../../errors.ts';
import type { Position } from '../../rows/position.ts';
import type { BoundWarning } from '../bound/bound-warning.ts';
import type { RunRecord } from '../../sinks/sink.ts';

/** The result of `extract-load`; its JSON is part of the command-line contract. */
export interface ExtractReport {
  readonly runs: readonly TableRun[];
  readonly ok: boolean;
  /** Tables whose run failed; the others are complete. */
  readonly failures: readonly TableFailure[];
}

export interface TableRun {
  readonly database: string;
  readonly table: string;
  readonly mode: RunRecord['mode'];
  /** Rows that were read and written. */
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Index entries and rows that the server read, from its own counters. */
  readonly serverRowsRead: number;
  readonly index: string | null;
  readonly watermark: {
    readonly from: Position | null;
    readonly to: Position | null;
    readonly bound: string;
  };
  readonly warnings: readonly RunWarning[];
  /** What the rows came from; `server` names the server whatever its address. */
  readonly source: { readonly server: string; readonly schema: string; readonly table: string };
  readonly output: string;
}

export interface TableFailure {
  readonly database: string;
  readonly table: string;
  /** Rows that were committed before the failure. */
  readonly rowsCommitted: number;
  readonly error: TidemarkError;
}

/** What a dry run says of a table: nothing was read but plans and positions. */
export interface PlannedRun {
  readonly database: string;
  readonly table: string;
  readonly mode: RunRecord['mode'];
  readonly index: string | null;
  readonly watermark: { readonly from: Position | null; readonly bound: string };
  /** The server's estimate. */
  readonly rowsEstimated: number | null;
  /** The first query of the run; null where the table is empty and its index leads with other columns. */
  readonly query: string | null;
  readonly warnings: readonly RunWarning[];
}

/** What a person should know of a run that went well. */
export type RunWarning =
  /** Zero, partial or impossible dates that were stored as NULL. */
  | { readonly kind: 'zero-date'; readonly column: string; readonly count: number }
  /** Texts with characters of the column's character set that utf8mb4 does not have, stored as `?`. */
  | { readonly kind: 'lossy-text'; readonly column: string; readonly count: number }
  /** Rows without a cursor value: no later change of them is seen by the cursor. */
  | { readonly kind: 'null-cursor'; readonly column: string; readonly count: number }
  /** The engine has no snapshot and rolls nothing back: what is promised then is in docs/correctness.md. */
  | { readonly kind: 'no-transactions'; readonly engine: string }
  /** The load sees the table as it was at one moment: until it ends, the server keeps old rows, and no ALTER of it begins. */
  | {
      readonly kind: 'one-snapshot';
      readonly because: 'change-log' | 'no-key' | 'key-without-order' | 'full' | 'compare';
    }
  | BoundWarning;

/** What happens while tables are moved. */
export type ExtractEvent =
  | {
      readonly kind: 'started';
      readonly database: string;
      readonly table: string;
      readonly mode: RunRecord['mode'];
      readonly rowsEstimate: number;
      readonly bound: string;
    }
  | { readonly kind: 'progress'; readonly database: string; readonly table: string; readonly rows: number }
  | { readonly kind: 'committed'; readonly database: string; readonly table: string; readonly rows: number }
  | {
      readonly kind: 'waiting';
      readonly database: string;
      readonly table: string;
      readonly reason: 'threads-running' | 'replica-lag' | 'history-length' | 'open-transactions';
      readonly value: number;
    }
  | {
      readonly kind: 'retrying';
      readonly database: string;
      readonly table: string;
      readonly reason: string;
      readonly attempt: number;
      readonly inSeconds: number;
    }
  | { readonly kind: 'finished'; readonly run: TableRun }
  | { readonly kind: 'failed'; readonly failure: TableFailure };

export type Observe = (event: ExtractEvent) => void;
