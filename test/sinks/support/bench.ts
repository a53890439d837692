import { expect } from 'vitest';
import { BATCH_ROWS } from '../../../src/rows/column-batch.ts';
import { openSink, openStates } from '../../../src/sinks/open-sink.ts';
import type {
  BatchWriter,
  ComparisonRequest,
  MergeOptions,
  RunRecord,
  Sink,
  SinkTable,
  TableName,
  TableState,
  TargetTable,
  WindowComparer,
} from '../../../src/sinks/sink.ts';
import { giveRows, type Row } from './batches.ts';
import type { SinkDescription, SinkUnderTest, StoredRow } from './sink-under-test.ts';
import { commitOf, type CommitSettings, inKeyOrder, keyText, loadingState } from './tables.ts';
import { normalized } from './values.ts';

const DELETED_AT = '_tidemark_deleted_at';

/** A version of a row in a change log. */
export interface Version {
  readonly row: Row;
  readonly sequence: number;
  readonly runId: string;
}

/** A sink that tests work on, opened when it is needed. */
export class Bench implements AsyncDisposable {
  readonly place: SinkUnderTest;
  readonly #description: SinkDescription;
  #sink: Sink | null = null;

  private constructor(description: SinkDescription, place: SinkUnderTest) {
    this.#description = description;
    this.place = place;
  }

  static async create(description: SinkDescription): Promise<Bench> {
    return new Bench(description, await description.create());
  }

  async sink(): Promise<Sink> {
    this.#sink ??= await openSink(this.place.spec);
    return this.#sink;
  }

  async close(): Promise<void> {
    await this.#sink?.[Symbol.asyncDispose]();
    this.#sink = null;
  }

  /** Opens a table, as a run does, and closes it. */
  async table<Result>(target: TargetTable, work: (table: SinkTable) => Promise<Result>): Promise<Result> {
    await using table = await (await this.sink()).openTable(target);
    return await work(table);
  }

  /** Loads a table whole, and publishes it. */
  load(target: TargetTable, rows: readonly Row[], settings: CommitSettings = {}): Promise<TableState> {
    return this.table(target, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, target, rows);
      const run = { mode: 'snapshot', rows: rows.length, ...settings } as const;
      await writer.commit(commitOf(target, { ...run, loading: loadingState() }));
      return await table.publish(commitOf(target, { ...run, loading: null }));
    });
  }

  /** Merges rows in one commit. */
  merge(
    target: TargetTable,
    rows: readonly Row[],
    { options, ...settings }: CommitSettings & { readonly options?: MergeOptions } = {},
  ): Promise<{ readonly state: TableState; readonly unchanged: number }> {
    return this.table(target, async (table) => {
      await using writer = await table.merge(options);
      await write(writer, target, rows);
      const state = await writer.commit(
        commitOf(target, { runId: 'run-2', minute: 10, rows: rows.length, ...settings }),
      );
      return { state, unchanged: writer.unchanged };
    });
  }

  /** Compares a table, and makes durable what was mended. */
  compare<Result>(
    target: TargetTable,
    request: ComparisonRequest,
    work: (comparer: WindowComparer) => Promise<Result>,
  ): Promise<Result> {
    return this.table(target, async (table) => {
      await using comparer = await table.compare(request);
      const result = await work(comparer);
      await comparer.commit();
      return result;
    });
  }

  /** What readers find of a table, in the tests' form and in key order: of no key twice. */
  async read(
    target: TargetTable,
  ): Promise<{ readonly live: readonly Row[]; readonly marked: readonly Row[] }> {
    const stored = await this.#stored(target);
    const keys = new Set<string>();
    const twice = stored
      .map((row) => keyText(target, inForm(target, row)))
      .filter((key) => keys.size === keys.add(key).size);
    expect(twice, 'keys that are there twice').toEqual([]);
    const inOrder = (rows: readonly StoredRow[]) =>
      inKeyOrder(
        target,
        rows.map((row) => inForm(target, row)),
      );
    return {
      live: inOrder(stored.filter((row) => !isMarked(row))),
      marked: inOrder(stored.filter(isMarked)),
    };
  }

  /** The versions of a change log, in the order of their commits. */
  async log(target: TargetTable): Promise<readonly Version[]> {
    const stored = await this.#stored(target);
    for (const row of stored) expect(row['_tidemark_loaded_at'], 'when it was committed').not.toBeNull();
    const versions = stored.map((row) => ({
      row: inForm(target, row),
      sequence: Number(row['_tidemark_sequence']),
      runId: String(row['_tidemark_run_id']),
    }));
    const rows = inKeyOrder(
      target,
      versions.map(({ row }) => row),
    );
    return versions.toSorted(
      (left, right) => left.sequence - right.sequence || rows.indexOf(left.row) - rows.indexOf(right.row),
    );
  }

  /** What the sink says of a table, opened anew and only to read. */
  async state({ database, table }: TableName): Promise<TableState | null> {
    const found = (await this.states()).filter(
      (state) => state.database === database && state.table === table,
    );
    expect(found.length, 'states of one table').toBeLessThanOrEqual(1);
    return found[0] ?? null;
  }

  async states(): Promise<readonly TableState[]> {
    await this.close();
    await using states = await openStates(this.place.spec);
    return await states.states();
  }

  async runs(limit: number): Promise<readonly RunRecord[]> {
    await this.close();
    await using states = await openStates(this.place.spec);
    return await states.runs(limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.close();
    } finally {
      await this.place[Symbol.asyncDispose]();
    }
  }

  async #stored(target: TargetTable): Promise<readonly StoredRow[]> {
    if (!this.#description.capabilities.readersWhileWriting) await this.close();
    return this.place.read(target);
  }
}

/** Writes rows. What the sink still has of the batches it must give back with the next commit. */
export async function write(
  writer: BatchWriter,
  { columns }: TargetTable,
  rows: readonly Row[],
  rowsPerBatch = BATCH_ROWS,
): Promise<() => number> {
  return giveRows((batch) => writer.write(batch), columns, rows, rowsPerBatch);
}

/** Whether the sink marked a row as deleted at the source. */
function isMarked(row: StoredRow): boolean {
  return (row[DELETED_AT] ?? null) !== null;
}

function inForm({ columns }: TargetTable, stored: StoredRow): Row {
  const values = columns.map(({ name, type }) => {
    const value = normalized(stored[name], type);
    if (value === undefined) throw new Error(`a stored row has no column "${name}"`);
    return [name, value] as const;
  });
  return Object.fromEntries(values);
}
