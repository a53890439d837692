import type { Database } from '../../databases/database.ts';
import { cursorBound, readHorizon } from '../bound/bound.ts';
import { OpenTransactions } from '../bound/open-transactions.ts';
import { DEFAULT_BOUND_OPTIONS } from '../bound/bound-options.ts';
import type { SourceSnapshot } from '../source/source-snapshot.ts';
import { isAtOrAfter } from '../source/source-positions.ts';
import type { SourceTable } from '../source/source-table.ts';
import type { NotYet } from './not-yet.ts';

/**
 * The rows that no run has loaded yet, as their number grows while windows are compared. Each look begins where the one
 * before had to end: at a horizon that was fixed before its snapshot was opened, below which nothing can appear any more.
 */
export class ChangedMeanwhile {
  readonly #database: Database;
  readonly #table: SourceTable;
  readonly #snapshot: SourceSnapshot;
  readonly #transactions = new OpenTransactions();
  /** Reads the rows from a point on, and leaves them out. */
  readonly #exclude: (from: NotYet) => Promise<void>;
  #from: NotYet | null;
  /** The snapshot of the last look. */
  #looked = 0;

  constructor(
    source: {
      readonly database: Database;
      readonly table: SourceTable;
      readonly snapshot: SourceSnapshot;
    },
    notYet: NotYet | null,
    exclude: (from: NotYet) => Promise<void>,
  ) {
    this.#database = source.database;
    this.#table = source.table;
    this.#snapshot = source.snapshot;
    this.#from = notYet;
    this.#exclude = exclude;
  }

  /** Looks, unless the snapshot is the one of the last look: then nothing has changed. */
  async look(): Promise<void> {
    const from = this.#from;
    if (from === null || this.#looked === this.#snapshot.number) return;
    // The first look has nothing before it, and most comparisons need no second one.
    const next = this.#looked === 0 ? null : await this.#horizon();
    await this.#snapshot.letGo();
    await this.#snapshot.hold();
    await this.#exclude(from);
    this.#looked = this.#snapshot.number;
    if (next !== null && isAtOrAfter(this.#table, [next], [from.value]))
      this.#from = { operator: '>=', value: next };
  }

  async #horizon(): Promise<string | null> {
    // A session of its own: the list of transactions ends the transaction of its session.
    await using session = await this.#database.session();
    const { lagSeconds } = DEFAULT_BOUND_OPTIONS;
    const horizon = await readHorizon(session, this.#database.server, lagSeconds, this.#transactions);
    return await cursorBound(session, this.#table, horizon);
  }
}
