import type { Mask } from '../wire/masks.ts';

/** How a table gets to the sink. */
export type Strategy = 'watermark' | 'full' | 'compare';

/** What a project says of one table that the extract-load moves. */
export type TableSpec = WatermarkSpec | WholeSpec;

interface CommonSpec {
  /** The table, as the project's files write it (before a table prefix is applied). */
  readonly table: string;
  /**
   * The name of its table in the sink; by default the one that it has in the database. For names that a sink cannot tell
   * apart (`Foo` and `foo`), or to call it something else. What was loaded under the table's own name is carried on;
   * after another `as`, say which with `renamedFrom`.
   */
  readonly as?: string;
  /** Zero, partial and impossible dates: NULL (the default), the column as text, or an error. */
  readonly zeroDates?: ZeroDatePolicy;
  /** Columns that are moved; default all. The key and the cursor must be among them. */
  readonly include?: readonly string[];
  /** Columns that are left out. */
  readonly exclude?: readonly string[];
  /** Columns whose values never leave the process as they are. */
  readonly mask?: Readonly<Record<string, Mask>>;
  /** The name that the table had before, here or in the sink; what was loaded under it is kept and carried on. */
  readonly renamedFrom?: string;
  /**
   * How old what the sink has may be before `tidemark watermarks check` fails, such as `15m`, `6h` or `2d`; in place of
   * its `--max-lag`.
   */
  readonly maxLag?: string;
}

/** Each run moves the rows whose cursor moved. */
export interface WatermarkSpec extends CommonSpec {
  readonly strategy?: 'watermark';
  /**
   * The column that moves forward with every change: DATETIME, TIMESTAMP or DATE, an integer with `epoch`, or an
   * auto-increment id (then only new rows are seen).
   */
  readonly cursor: string;
  /** The index that serves the cursor; `PRIMARY` where the cursor is the primary key. */
  readonly index: string;
  /**
   * The columns that the index has before the cursor, such as `['idsite']` for an index on (idsite, server_time): a run
   * skips through their distinct values and reads one range for each. For columns of few values, all NOT NULL.
   */
  readonly skipScan?: readonly string[];
  /** Unit of an integer cursor that holds a time since 1970-01-01 UTC. */
  readonly epoch?: EpochUnit;
  /**
   * The time zone that the writers of a DATETIME or DATE cursor use, such as `+08:00`. Default: the server's own
   * (`@@global.time_zone`), which is what CURRENT_TIMESTAMP gives to an application that sets none.
   */
  readonly timeZone?: string;
  /**
   * How far behind the watermark every run reads again and merges by key: seconds, or ids for an id cursor. For
   * clocks that applications set, and for ids that commit out of order. Default 0.
   */
  readonly lookback?: number;
  /** Rows whose cursor is NULL: loaded again by every run (`include`, the default), left out, or an error. */
  readonly nullCursor?: NullCursorPolicy;
  /**
   * Keep every version of a row instead of the current one: rows are added, never replaced. Default false; `--append`
   * does the same for one run. A table without a key can only be appended.
   */
  readonly append?: boolean;
}

/** A table without a cursor. */
export interface WholeSpec extends CommonSpec {
  /**
   * `full`: each run replaces all rows, at once; for small tables and views. `compare`: each run compares checksums of key
   * ranges and moves what differs, deletes included; for larger tables with a key.
   */
  readonly strategy: 'full' | 'compare';
}

export function isWatermark(spec: TableSpec): spec is WatermarkSpec {
  return spec.strategy !== 'full' && spec.strategy !== 'compare';
}

export type EpochUnit = 'seconds' | 'milliseconds' | 'microseconds';
export type NullCursorPolicy = 'include' | 'ignore' | 'error';
export type ZeroDatePolicy = 'null' | 'text' | 'error';

/** Declares the tables of a database: the default export of `tables/<database>.ts`. Checked when it is loaded. */
export function defineTables<const Specs extends readonly TableSpec[]>(specs: Specs): Specs {
  return specs;
}
