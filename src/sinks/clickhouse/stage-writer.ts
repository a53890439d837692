import { WorkFailedError } from '../../errors.ts';
import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { TargetTable } from '../sink.ts';
import type { Claim } from './claim.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { columnList } from './clickhouse-identifiers.ts';
import { encodeBlock } from './native-block.ts';
import { type FilledColumn, filledColumns, SEQUENCE } from './stored-columns.ts';

/** An insert is sent when it has so many bytes: each makes a part, and is in memory whole while it is sent. */
const INSERT_BYTES = 16 * 1024 * 1024;

/**
 * Inserts batches into a table, several to an insert. One insert is under way while the next is filled, so at most two are
 * in memory.
 */
export class BlockInserts {
  /** Values of dates and times that the policy replaced, since the last look. */
  outOfRange = 0;
  /** Rows that were taken since the last look. */
  rows = 0;
  readonly #connection: ClickhouseConnection;
  readonly #claim: Claim;
  readonly #target: TargetTable;
  readonly #into: string;
  readonly #columns: readonly FilledColumn[];
  readonly #sequenced: boolean;
  #blocks: Buffer[] = [];
  #bytes = 0;
  #underWay: Promise<void> = Promise.resolve();

  /**
   * `table` is as SQL writes its name; `target` has the columns of the batches, in their order. With `sequenced` every
   * batch gets a sequence, in the order in which they are written.
   */
  constructor(
    opened: { readonly connection: ClickhouseConnection; readonly claim: Claim },
    table: string,
    target: TargetTable,
    { sequenced }: { readonly sequenced: boolean },
  ) {
    this.#connection = opened.connection;
    this.#claim = opened.claim;
    this.#target = target;
    this.#columns = filledColumns(target, opened.connection.address.outOfRange);
    this.#sequenced = sequenced;
    const names = [...this.#columns, ...(sequenced ? [{ name: SEQUENCE }] : [])];
    this.#into = `${table} (${columnList(names)})`;
  }

  /** Takes a batch over: it is encoded and released before this resolves. */
  async write(batch: ColumnBatch): Promise<void> {
    try {
      if (batch.rows === 0) return;
      this.#checkKey(batch);
      const plan = {
        columns: this.#columns,
        onOutOfRange: (column: FilledColumn, text: string) => this.#replace(column, text),
      };
      const block = encodeBlock(batch, plan, this.#sequenced ? this.#claim.next() : null);
      this.rows += batch.rows;
      this.#blocks.push(block);
      this.#bytes += block.length;
    } finally {
      batch.release();
    }
    if (this.#bytes >= INSERT_BYTES) await this.#send();
  }

  /** Resolves when everything that was taken over is in the table. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#underWay;
  }

  /** Forgets what was not sent, and waits for what is on its way. */
  async abort(): Promise<void> {
    this.#blocks = [];
    this.#bytes = 0;
    await this.#underWay.catch(() => undefined);
  }

  async #send(): Promise<void> {
    await this.#underWay;
    if (this.#blocks.length === 0) return;
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#bytes = 0;
    this.#underWay = this.#connection
      .insert(this.#into, blocks, `tidemark-${this.#claim.next()}`)
      .catch((error: unknown) => {
        throw this.#claim.explain(error);
      });
    // Whoever waits next is told; nobody may be waiting yet.
    this.#underWay.catch(() => undefined);
  }

  #checkKey({ columns }: ColumnBatch): void {
    for (const { from, nullable, name } of this.#columns) {
      if (nullable || columns[from]!.nulls === 0) continue;
      const { database, table } = this.#target;
      throw new WorkFailedError(
        `${database}.${table}: column "${name}" of the key is NULL, which no key of ClickHouse can be`,
      );
    }
  }

  #replace(column: FilledColumn, text: string): void {
    const policy = this.#connection.address.outOfRange;
    this.outOfRange += 1;
    if (policy !== 'error' && column.nullable) return;
    const { database, table } = this.#target;
    throw new WorkFailedError(
      `${database}.${table}: column "${column.name}" has ${text}, and ClickHouse holds 1900 to 2299`,
      {
        hint: column.nullable
          ? 'mend it at the source, exclude the column, or add ?outOfRange=text or ?outOfRange=null to the URL of the sink'
          : 'the column is of the key: mend it at the source',
      },
    );
  }
}
