import type { LoadingState, Commit, TableState, TargetTable } from '../../../src/sinks/sink.ts';
import type { Position } from '../../../src/rows/position.ts';
import { BYTES, TEXT } from '../../../src/rows/column-type.ts';
import type { Row } from './batches.ts';
import { positionText } from './values.ts';

/** The table of most tests: a number as its key, and a time as its cursor. */
export const ORDERS: TargetTable = {
  database: 'business',
  table: 'orders',
  formerName: null,
  columns: [
    { name: 'id', type: { kind: 'integer', bytes: 4, signed: true } },
    { name: 'n', type: { kind: 'integer', bytes: 4, signed: true } },
    { name: 'title', type: TEXT },
    { name: 'changed', type: { kind: 'timestamp', instant: false } },
  ],
  key: ['id'],
  cursor: 'changed',
  append: false,
};

/** The same as a change log. */
export const LOG: TargetTable = { ...ORDERS, table: 'order_log', append: true };

/** A key of two columns, of which one is bytes; the cursor is not in it. */
export const PLACES: TargetTable = {
  ...ORDERS,
  table: 'places',
  columns: [
    { name: 'note', type: TEXT },
    { name: 'site', type: { kind: 'integer', bytes: 2, signed: true } },
    { name: 'code', type: BYTES },
    { name: 'rate', type: { kind: 'double' } },
    { name: 'changed', type: { kind: 'timestamp', instant: false } },
  ],
  key: ['site', 'code'],
};

/** No key: rows cannot be told from each other. */
export const EVENTS: TargetTable = {
  ...ORDERS,
  table: 'events',
  columns: ORDERS.columns.filter(({ name }) => name !== 'id'),
  key: [],
  append: true,
};

export const JANUARY = '2024-01-01 00:00:00.000000';
export const FEBRUARY = '2024-02-01 00:00:00.000000';

export function order(id: number, changes: Row = {}): Row {
  return { id: BigInt(id), n: 0n, title: `title ${id} 标题`, changed: JANUARY, ...changes };
}

/** Rows with these ids, from the first to the last. */
export function orders(first: number, last: number, changes: Row = {}): readonly Row[] {
  return Array.from({ length: last - first + 1 }, (_, index) => order(first + index, changes));
}

export function place(site: number, code: number, changes: Row = {}): Row {
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  return {
    note: code % 3 === 0 ? null : `Nr ${code}, "é"`,
    site: BigInt(site),
    code: hex,
    rate: code / 8,
    changed: JANUARY,
    ...changes,
  };
}

/** Rows after an upsert, in key order. */
export function upserted(target: TargetTable, rows: readonly Row[], changed: readonly Row[]): readonly Row[] {
  const byKey = new Map([...rows, ...changed].map((row) => [keyText(target, row), row]));
  return inKeyOrder(target, [...byKey.values()]);
}

export function inKeyOrder(target: TargetTable, rows: readonly Row[]): readonly Row[] {
  const names = target.key.length === 0 ? target.columns.map(({ name }) => name) : target.key;
  return rows.toSorted((left, right) => {
    for (const name of names) {
      const [one, other] = [left[name] ?? '', right[name] ?? ''];
      if (one !== other) return one < other ? -1 : 1;
    }
    return 0;
  });
}

export function keyText(target: TargetTable, row: Row): string {
  return target.key.map((name) => String(row[name])).join(' ');
}

/** A row's values of columns, as they stand in a position. */
export function positionOf(target: TargetTable, row: Row, names = target.key): Position {
  return names.map((name) => {
    const { type } = target.columns.find((column) => column.name === name)!;
    return positionText(row[name] ?? null, type);
  });
}

/** What tells one commit of the tests from another. */
export interface CommitSettings {
  readonly watermark?: Position | null;
  readonly bound?: string;
  readonly loading?: LoadingState | null;
  readonly memory?: TableState['memory'];
  readonly runId?: string;
  readonly mode?: Commit['run']['mode'];
  /** Rows of the run so far. */
  readonly rows?: number;
  /** Minutes after the first commit of the test. */
  readonly minute?: number;
}

function at(minutes: number): string {
  return new Date(Date.UTC(2024, 4, 1, 0, minutes)).toISOString();
}

export function commitOf(target: TargetTable, settings: CommitSettings = {}): Commit {
  const { watermark = null, bound = '2024-03-01 00:00:00', loading = null, minute = 0 } = settings;
  const { database, table, append } = target;
  return {
    state: {
      database,
      table,
      cursor: [target.cursor, ...target.key],
      watermark,
      bound,
      append,
      keyRules: [],
      loading,
      memory: settings.memory ?? null,
      updatedAt: at(minute),
    },
    run: {
      runId: settings.runId ?? 'run-1',
      database,
      table,
      mode: settings.mode ?? 'incremental',
      startedAt: at(minute - 1),
      finishedAt: at(minute),
      rows: settings.rows ?? 0,
      from: null,
      to: watermark,
      bound,
      details: { index: 'changed', warnings: [] },
    },
  };
}

export function loadingState(settings: Partial<LoadingState> = {}): LoadingState {
  return { position: null, bound: '2024-03-01 00:00:00', watermark: null, memory: null, ...settings };
}
