import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { Commit, MergeWriter, TableState } from '../sink.ts';
import type { Claim } from './claim.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { versionOf } from './clickhouse-state.ts';
import { commitChange } from './commits.ts';
import type { BlockInserts } from './stage-writer.ts';

/** Where rows go with a commit. */
export interface CommitTarget {
  readonly into: 'rows' | 'load';
  /** The same, as SQL writes the table's name. */
  readonly table: string;
  /** Makes the stage hold what the commit adds; `version` is the commit's. Returns the rows that were left out. */
  stage(commit: Commit, version: bigint): Promise<number>;
  /** Empties what rows were written to. */
  discard(): Promise<void>;
}

/** Writes batches, and moves them to their table with each commit. */
export class TableWriter implements MergeWriter {
  unchanged = 0;
  readonly #connection: ClickhouseConnection;
  readonly #claim: Claim;
  readonly #inserts: BlockInserts;
  readonly #target: CommitTarget;
  /** The version of the last commit: rows after it have larger sequences. */
  #committed: bigint;

  constructor(
    opened: { readonly connection: ClickhouseConnection; readonly claim: Claim },
    inserts: BlockInserts,
    target: CommitTarget,
  ) {
    this.#connection = opened.connection;
    this.#claim = opened.claim;
    this.#inserts = inserts;
    this.#target = target;
    this.#committed = versionOf(opened.claim.epoch, 0);
  }

  write(batch: ColumnBatch): Promise<void> {
    return this.#inserts.write(batch);
  }

  async commit(commit: Commit): Promise<TableState> {
    await this.#inserts.flush();
    const { outOfRange, rows } = this.#inserts;
    const version = this.#claim.next();
    const unchanged = rows === 0 ? 0 : await this.#target.stage(commit, version);
    const { into, table } = this.#target;
    const staged = rows === 0 ? 0 : await this.#claim.staged();
    const state = await commitChange(this.#connection, version, commit, {
      // Whether nothing was moved cannot be asked for, and need not be.
      action: staged === 0 ? null : { kind: 'move', into, after: String(this.#committed), rows: staged },
      make: () => this.#claim.move(table),
      outOfRange,
    });
    this.#committed = version;
    this.#inserts.rows = 0;
    this.#inserts.outOfRange = 0;
    this.unchanged += unchanged;
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inserts.abort();
    // After a lost connection or claim nobody will move it either.
    await this.#target.discard().catch(() => undefined);
  }
}
