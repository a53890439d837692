import type { Checksum } from '../rows/checksum.ts';
import type { ColumnBatch } from '../rows/column-batch.ts';
import type { ColumnType } from '../rows/column-type.ts';
import type { KeyWindow, Position } from '../rows/position.ts';

/** What a sink holds, to be read only. */
export interface StateReader extends AsyncDisposable {
  /** Where it is, as a person would name it. */
  readonly location: string;
  /**
   * The places that a table of this name takes up within its database: two tables that share one would overwrite each
   * other. How a sink folds case and escapes names is its own affair.
   */
  placesOf(table: string): readonly string[];
  /**
   * The state of every table, in the order of the names of databases and tables, as their UTF-8 bytes sort. Throws a
   * RefusedError for state of a newer format, and another for state that is damaged; so does whatever else reads it.
   */
  states(): Promise<readonly TableState[]>;
  /** The records of the last runs, latest first. */
  runs(limit: number): Promise<readonly RunRecord[]>;
}

/**
 * Where rows go. A sink keeps rows, watermark and run record together: a commit makes all of them durable or none, so
 * that whatever happens to the process, the watermark says exactly what the sink holds.
 */
export interface Sink extends StateReader {
  /** Replaces a table's state, outside of any run. Throws a RefusedError for a table that has none. */
  saveState(state: TableState): Promise<void>;
  /** Forgets a table's state; readers have its rows until the next run has reloaded the table. False where there is none. */
  removeState(table: TableName): Promise<boolean>;
  /**
   * Opens a table for one run and makes it fit the source's columns: adds what is new, widens what grew. Throws a
   * RefusedError, before anything is changed, for a column whose type no longer fits.
   */
  openTable(target: TargetTable): Promise<SinkTable>;
  /**
   * Rewrites what the sink holds of tables to the current version of each row, without those that were removed; change
   * logs to all versions. A table with nothing to rewrite is left out of the answer. Null where the sink always is compact.
   */
  readonly compact: ((tables: readonly TableName[]) => Promise<readonly Compaction[]>) | null;
}

/** What compacting did to one table. */
export interface Compaction extends TableName {
  readonly filesBefore: number;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

export interface TableName {
  readonly database: string;
  readonly table: string;
}

export interface TargetTable extends TableName {
  /** The name that the table had at the source before; its rows and state are carried on. */
  readonly formerName: string | null;
  readonly columns: readonly TargetColumn[];
  /**
   * Names of the columns by which rows are replaced; empty for a table without a key, which is appended. For a column of
   * the source's key whose collation finds different texts equal it names another of `columns`, which holds what the
   * server compares.
   */
  readonly key: readonly string[];
  /** Names of the columns of the source's own key, whose values positions are made of; those of `key` if left out. */
  readonly ownKey?: readonly string[];
  readonly cursor: string;
  /** A change log: rows are added, never replaced. */
  readonly append: boolean;
}

export interface TargetColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** How far a table is. */
export interface TableState extends TableName {
  /** Names of the columns that a watermark has values of: the cursor, then the rest of the key; none without a cursor. */
  readonly cursor: readonly string[];
  /** The last row of the last run, or a bare cursor value; null for the beginning. */
  readonly watermark: Position | null;
  /** The bound of the last run. */
  readonly bound: string | null;
  /** Whether the table is a change log, which keeps every version of a row, or has the current rows. */
  readonly append: boolean;
  /** How the columns of `key` were computed that the source's key does not have; none if left out. */
  readonly keyRules?: readonly string[];
  /** A load that is not complete; readers do not see its rows yet. */
  readonly loading: LoadingState | null;
  /** What the pipeline remembers of the source; a sink keeps it as it is. Absent in states of earlier versions. */
  readonly memory?: Memory | null;
  /** Rows in the sink. */
  readonly rows: number;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** JSON that means nothing to a sink. */
export type Memory = object;

/** A load in primary-key order, as far as it was committed. */
export interface LoadingState {
  /** The last row that was committed; null before the first. */
  readonly position: Position | null;
  /** The bound that was fixed before the first chunk. */
  readonly bound: string;
  /** Where the incremental runs start: the last row below the bound when it was fixed, null for the beginning. */
  readonly watermark: Position | null;
  /** What the pipeline remembers of the source as it was then. */
  readonly memory?: Memory | null;
}

/**
 * What a run did: loaded a whole table for its later runs to go on from, moved what its cursor showed, replaced all rows,
 * or moved what differed.
 */
export const RUN_MODES = ['snapshot', 'incremental', 'full', 'compare'] as const;
export type RunMode = (typeof RUN_MODES)[number];

/** What a run did, for the sink's own record. */
export interface RunRecord extends TableName {
  readonly runId: string;
  readonly mode: RunMode;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Rows of this run that are committed with this record or were before. */
  readonly rows: number;
  readonly from: Position | null;
  readonly to: Position | null;
  readonly bound: string;
  /** How the bound came about; JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What is committed with rows. `rows` of the state is set by the sink, which is the one that knows. */
export interface Commit {
  readonly state: Omit<TableState, 'rows'>;
  readonly run: RunRecord;
}

export interface SinkTable extends AsyncDisposable {
  readonly state: TableState | null;
  /** What readers would open: `business.order_tab in data/tidemark.duckdb`. */
  readonly output: string;
  /** Names of the source's columns that the sink holds of the table, whether the source still has them or not. */
  readonly columns: readonly string[];
  /** Whether rows of a load that was not completed are there and have the columns of this run. */
  readonly loadCanGoOn: boolean;
  /** Appends rows of a load aside; readers see the table as it was. Starts over unless it goes on with one. */
  load(options: { readonly goOn: boolean }): Promise<BatchWriter>;
  /** Puts the rows of a complete load in the table's place, at once, with the state. */
  publish(commit: Commit): Promise<TableState>;
  compare(request: ComparisonRequest): Promise<WindowComparer>;
  /**
   * Replaces rows by key, and adds those that are new; in a change log, adds versions that it does not have. With
   * `skipUnchanged`, for rows that are read again, those that the sink has as they are, are neither written nor counted.
   * Of several versions of a row in one commit the one that was written last counts.
   */
  merge(options?: MergeOptions): Promise<MergeWriter>;
}

/** What to compare, and what to do with rows that differ. */
export interface ComparisonRequest {
  /** `rows`: every column; `keys`: the key alone, to find rows that the source no longer has. */
  readonly by: 'rows' | 'keys';
  /**
   * `mend` makes the sink equal to the source; `mark` sets `_tidemark_deleted_at` in rows that the source no longer
   * has, and mends the others; `report` changes nothing.
   */
  readonly action: 'mend' | 'mark' | 'report';
}

/** Rows by how they differ. */
export interface WindowDifferences {
  /** In the source, not in the sink. Not counted by keys: the next run may be about to load them. */
  readonly missing: number;
  /** In the sink, not in the source. */
  readonly extra: number;
  /** In both, with other values. */
  readonly different: number;
}

/** A part of a window of the sink's rows, with their count and checksum. */
export interface DigestPart extends KeyWindow {
  readonly checksum: Checksum;
}

/** Rows whose values changed while their cursor did not. */
export interface ChangedRows {
  readonly rowsSampled: number;
  readonly rows: number;
  /** The keys of the first few, in key order. */
  readonly examples: readonly Position[];
}

/** Compares windows of a table's key order with what the source has. */
export interface WindowComparer extends AsyncDisposable {
  /**
   * Leaves rows out of everything that follows, of the sink's and of those that were taken: rows that no run has loaded
   * yet, and those that change while others are compared. Takes the cursor, then the rest of the key.
   */
  exclude(batch: ColumnBatch): Promise<void>;
  /**
   * Cuts a window into parts of so many rows of the sink, in key order, each with the checksum of the compared columns
   * (checksum.ts). The parts fill the window; there is always at least one.
   */
  digest(window: KeyWindow, rowsPerPart: number): Promise<readonly DigestPart[]>;
  /** Takes rows of the source, of the windows that are next closed. */
  write(batch: ColumnBatch): Promise<void>;
  /** Compares the rows taken since the last call with the sink's rows of the windows, and notes what is to be mended. */
  close(windows: readonly KeyWindow[]): Promise<WindowDifferences>;
  /** Keys of so many rows of the sink, by chance, in key order. */
  sample(rows: number): Promise<readonly Position[]>;
  /** Compares the rows taken so far with the sink's rows of the same key and cursor. Rows may have been taken twice. */
  changed(): Promise<ChangedRows>;
  /** Makes what was mended durable. A sink may have done it at each `close`; then this does nothing. */
  commit(): Promise<void>;
}

export interface MergeOptions {
  readonly skipUnchanged: boolean;
}

export const MERGE_ALL: MergeOptions = { skipUnchanged: false };

export interface MergeWriter extends BatchWriter {
  /** Rows that `skipUnchanged` left out, of everything that was committed. */
  readonly unchanged: number;
}

/** Writes batches; nothing lasts until it is committed. Disposing discards what was not. */
export interface BatchWriter extends AsyncDisposable {
  /** Takes a batch; it may be reused when this resolves. */
  write(batch: ColumnBatch): Promise<void>;
  /** Makes everything written so far durable, together with state and run. More may be written and committed after. */
  commit(commit: Commit): Promise<TableState>;
}
