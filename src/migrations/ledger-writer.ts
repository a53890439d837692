import type { Knex } from 'knex';
import type { IndexDefinition } from '../schema/index-definition.ts';
import type { DisplacedIndex } from './displaced-index.ts';
import type { LedgerEntry, LedgerState } from './ledger.ts';
import { HISTORY_TABLE, LEDGER_TABLE, createLedger } from './ledger-format.ts';
import type { Migration } from './migration.ts';

/** Who writes, as it stands in every row. */
export interface Provenance {
  readonly serverVersion: string;
  readonly executedBy: string;
  readonly toolVersion: string;
  /** Of the session that runs the DDL and holds the lock. */
  readonly connectionId: number;
}

export type HistoryEvent =
  | 'run-started'
  | 'build-started'
  | 'built'
  | 'build-failed'
  | 'build-refused'
  | 'build-interrupted'
  | 'adopted'
  | 'drop-started'
  | 'dropped'
  | 'drop-failed'
  | 'released'
  | 'hidden'
  | 'published'
  | 'reconciled';

/** An index that a statement is about to build. */
export interface IntendedBuild {
  readonly migration: Migration;
  readonly definition: IndexDefinition;
  /** What the server may drop on its account. */
  readonly displaced: readonly DisplacedIndex[];
}

/** An index as it is after its build. */
export interface BuiltIndex {
  readonly migration: string;
  readonly definition: IndexDefinition;
  /** What the server dropped on its account. */
  readonly displaced: readonly DisplacedIndex[];
  readonly indexBytes: number | null;
}

/**
 * Writes the ledger. Whoever uses it holds the migration lock. Each method is one transaction over the ledger and its
 * history; on the pool's connections, since DDL commits by itself and cannot be in a transaction with them.
 */
export class LedgerWriter {
  readonly #knex: Knex;
  readonly #provenance: Provenance;
  #exists: boolean;

  constructor(knex: Knex, provenance: Provenance, exists: boolean) {
    this.#knex = knex;
    this.#provenance = provenance;
    this.#exists = exists;
  }

  /** Says in the history that this run begins to change something, and since when it holds the lock. */
  async announceRun(command: string): Promise<void> {
    await this.#write(async (transaction) =>
      this.#remember(transaction, 'run-started', null, { detail: command }),
    );
  }

  async intendBuild(builds: readonly IntendedBuild[], statement: string): Promise<void> {
    await this.#write(async (transaction) => {
      for (const { migration, definition, displaced } of builds) {
        await this.#replace(transaction, 'building', migration, { definition, displaced }, statement);
        const subject = { migration: migration.name, definition };
        await this.#remember(transaction, 'build-started', subject, { statement });
      }
    });
  }

  /** Records that the indexes of one statement are there; `seconds` is null if no run saw the statement's end. */
  async recordBuilt(indexes: readonly BuiltIndex[], seconds: number | null): Promise<void> {
    await this.#write(async (transaction) => {
      for (const index of indexes) {
        await transaction(LEDGER_TABLE)
          .where({ migration: index.migration })
          .update({
            state: 'applied',
            definition: definitionDocument(index),
            finished_at: this.#now(),
            seconds,
            index_bytes: index.indexBytes,
            error: null,
          });
        const dropped = index.displaced.map(({ definition }) => definition.name).join(', ');
        const detail =
          dropped === '' ? null : `the server dropped its index ${dropped}, which this one stands for`;
        await this.#remember(transaction, 'built', index, { seconds, detail });
      }
    });
  }

  /** Records an index that was not tried, since the server cannot build it. */
  async recordRefusal(migration: Migration, definition: IndexDefinition, error: string): Promise<void> {
    await this.#write(async (transaction) => {
      await this.#replace(transaction, 'failed', migration, { definition, displaced: [] }, null);
      await transaction(LEDGER_TABLE).where({ migration: migration.name }).update({ error });
      await this.#remember(
        transaction,
        'build-refused',
        { migration: migration.name, definition },
        { detail: error },
      );
    });
  }

  async recordFailure(entry: Pick<LedgerEntry, 'migration' | 'definition'>, error: string): Promise<void> {
    await this.#write(async (transaction) => {
      await transaction(LEDGER_TABLE)
        .where({ migration: entry.migration })
        .update({ state: 'failed', finished_at: this.#now(), error });
      await this.#remember(transaction, 'build-failed', entry, { detail: error });
    });
  }

  /** Removes entries, so that their migrations are pending; the history keeps why. */
  async forget(
    entries: readonly Pick<LedgerEntry, 'migration' | 'definition'>[],
    event: HistoryEvent,
    about: { readonly detail?: string; readonly seconds?: number | null } = {},
  ): Promise<void> {
    await this.#write(async (transaction) => {
      for (const entry of entries) {
        await transaction(LEDGER_TABLE).where({ migration: entry.migration }).delete();
        await this.#remember(transaction, event, entry, about);
      }
    });
  }

  /** Records an index that was there before its migration ran. */
  async adopt(migration: Migration, definition: IndexDefinition): Promise<void> {
    await this.#write(async (transaction) => {
      await this.#replace(transaction, 'adopted', migration, { definition, displaced: [] }, null);
      await this.#remember(transaction, 'adopted', { migration: migration.name, definition });
    });
  }

  async intendDrop(entry: LedgerEntry, statement: string): Promise<void> {
    await this.#write(async (transaction) => {
      await transaction(LEDGER_TABLE).where({ migration: entry.migration }).update({ state: 'dropping' });
      await this.#remember(transaction, 'drop-started', entry, { statement });
    });
  }

  /** Takes an intent to drop back: the index is still there. */
  async keep(entry: LedgerEntry, event: HistoryEvent, detail: string): Promise<void> {
    // An adopted index has no statement that built it.
    const state: LedgerState = entry.statement === null ? 'adopted' : 'applied';
    await this.#write(async (transaction) => {
      await transaction(LEDGER_TABLE).where({ migration: entry.migration }).update({ state });
      await this.#remember(transaction, event, entry, { detail });
    });
  }

  /** Records that the optimizer no longer sees an index, from now on until it is dropped. */
  async recordHidden(entry: LedgerEntry, reads: number | null, statement: string): Promise<void> {
    await this.#recordVisibility(entry, false, { hidden_at: this.#now(), hidden_reads: reads }, statement);
  }

  /** Records that the optimizer sees an index. */
  async recordPublished(entry: LedgerEntry, statement: string): Promise<void> {
    await this.#recordVisibility(entry, true, { hidden_at: null, hidden_reads: null }, statement);
  }

  async #recordVisibility(
    entry: LedgerEntry,
    visible: boolean,
    columns: { readonly hidden_at: Knex.Raw | null; readonly hidden_reads: number | null },
    statement: string,
  ): Promise<void> {
    await this.#write(async (transaction) => {
      await transaction(LEDGER_TABLE)
        .where({ migration: entry.migration })
        .update({
          definition: definitionDocument({
            definition: { ...entry.definition, visible },
            displaced: entry.displaced,
          }),
          ...columns,
        });
      await this.#remember(transaction, visible ? 'published' : 'hidden', entry, { statement });
    });
  }

  async #write(work: (transaction: Knex.Transaction) => Promise<void>): Promise<void> {
    if (!this.#exists) {
      await createLedger(this.#knex);
      this.#exists = true;
    }
    await this.#knex.transaction(work);
  }

  async #replace(
    transaction: Knex.Transaction,
    state: LedgerState,
    migration: Migration,
    index: Pick<LedgerEntry, 'definition' | 'displaced'>,
    statement: string | null,
  ): Promise<void> {
    const { definition } = index;
    await transaction(LEDGER_TABLE).where({ migration: migration.name }).delete();
    await transaction(LEDGER_TABLE).insert({
      migration: migration.name,
      state,
      table_name: definition.table,
      index_name: definition.name,
      checksum: migration.checksum,
      owned: migration.definition.name.toLowerCase() === definition.name.toLowerCase(),
      definition: definitionDocument(index),
      statement,
      started_at: this.#now(),
      finished_at: state === 'adopted' ? this.#now() : null,
      ...this.#written(),
    });
  }

  async #remember(
    transaction: Knex.Transaction,
    event: HistoryEvent,
    subject: { readonly migration: string; readonly definition: IndexDefinition } | null,
    about: {
      readonly statement?: string | null;
      readonly seconds?: number | null;
      readonly detail?: string | null;
    } = {},
  ): Promise<void> {
    await transaction(HISTORY_TABLE).insert({
      happened_at: this.#now(),
      event,
      migration: subject?.migration ?? null,
      table_name: subject?.definition.table ?? null,
      index_name: subject?.definition.name ?? null,
      statement: about.statement ?? null,
      seconds: about.seconds ?? null,
      detail: about.detail ?? null,
      connection_id: this.#provenance.connectionId,
      ...this.#written(),
    });
  }

  #written() {
    const { serverVersion, executedBy, toolVersion } = this.#provenance;
    return { server_version: serverVersion, executed_by: executedBy, tool_version: toolVersion };
  }

  #now(): Knex.Raw {
    return this.#knex.raw('UTC_TIMESTAMP(6)');
  }
}

/** What stands in the ledger's column `definition`. */
function definitionDocument({
  definition,
  displaced,
}: Pick<LedgerEntry, 'definition' | 'displaced'>): string {
  return JSON.stringify(displaced.length === 0 ? definition : { ...definition, displaced });
}
