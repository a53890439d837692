import type { Session } from '../../databases/session.ts';
import { WorkFailedError } from '../../errors.ts';
import { BatchPool } from '../../rows/batch-pool.ts';
import type { ColumnBatch } from '../../rows/column-batch.ts';
import type { Position } from '../../rows/position.ts';
import { columnForm } from './column-definition.ts';
import { RowDecoder } from './row-decoder.ts';
import { RowPackets } from './row-packets.ts';
import type { ReadColumn } from './read-column.ts';
import { positionOf } from './row-position.ts';

/**
 * Streams SELECTs over the same columns of one session into batches. Memory is bounded: while no batch is free the
 * socket is paused, and the server waits.
 */
export class TableReader {
  readonly #session: Session;
  /** All that are selected. */
  readonly #columns: readonly ReadColumn[];
  readonly #decoder: RowDecoder;
  readonly #pool: BatchPool;
  /** Its packet's payload. */
  #lastRow: Buffer | null = null;
  /** The columns as the first statement had them. */
  #forms: string | null = null;

  /** `further` are columns that the SELECTs have behind those of the batches; positions may be asked of them. */
  constructor(session: Session, columns: readonly ReadColumn[], further: readonly ReadColumn[] = []) {
    const types = columns.map((column) => column.type);
    this.#session = session;
    this.#columns = [...columns, ...further];
    this.#decoder = new RowDecoder(
      types,
      columns.map((column) => column.lossy === true),
    );
    this.#pool = new BatchPool(types);
  }

  /** Per column: values since the last call that are no dates and were read as NULL. */
  takeInvalidDates(): Readonly<Uint32Array> {
    const counts = this.#decoder.invalidDates.slice();
    this.#decoder.invalidDates.fill(0);
    return counts;
  }

  /** Per column: texts since the last call that have a `?`, of those that may have become one by conversion. */
  takeQuestioned(): Readonly<Uint32Array> {
    const counts = this.#decoder.questioned.slice();
    this.#decoder.questioned.fill(0);
    return counts;
  }

  /** Where the last row that was read stands in an order of the columns; null before the first. */
  position(order: readonly ReadColumn[]): Position | null {
    if (this.#lastRow === null) return null;
    return positionOf(this.#lastRow, this.#columns, order);
  }

  /** Between two statements an ALTER may change the type of a column, and its values would be read as of the old one. */
  #requireSameColumns(definitions: readonly Buffer[]): void {
    const forms = definitions.map(columnForm).join();
    this.#forms ??= forms;
    if (forms === this.#forms) return;
    throw new WorkFailedError('the columns of the table changed while it was read', {
      hint: 'run again: what was committed is safe, and the next run reads the table as it is now',
    });
  }

  /**
   * Runs a SELECT and yields its rows. A batch is the caller's until it releases it. Throws the driver's error
   * unchanged. A caller that stops early ends the connection, since the server may still be sending.
   */
  async *read(sql: string): AsyncGenerator<ColumnBatch, void> {
    const full: ColumnBatch[] = [];
    let wake: (() => void) | null = null;
    let filling: ColumnBatch | null = await this.#pool.next();
    this.#decoder.use(filling);
    const startBatch = () => {
      filling = this.#pool.take();
      if (filling !== null) this.#decoder.use(filling);
      return filling !== null;
    };

    const goOn = () => {
      if (startBatch()) packets.resume();
      else this.#pool.whenReleased(goOn);
    };
    let known = false;
    const packets = new RowPackets(this.#session, sql, (buffer, offset) => {
      if (!known) this.#requireSameColumns(packets.definitions);
      known = true;
      this.#decoder.decode(buffer, offset);
      if (filling === null || !filling.full) return;
      full.push(filling);
      if (!startBatch()) {
        packets.pause();
        this.#pool.whenReleased(goOn);
      }
      wake?.();
    });
    let ended = false;
    const end = () => {
      ended = true;
      wake?.();
    };
    packets.ended.then(end, end);

    try {
      for (;;) {
        const batch = full.shift();
        if (batch !== undefined) {
          yield batch;
        } else if (ended) {
          break;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      await packets.ended;
      this.#lastRow = packets.lastRow ?? this.#lastRow;
      const rest = filling as ColumnBatch | null;
      filling = null;
      if (rest !== null && rest.rows > 0) yield rest;
      else rest?.release();
    } finally {
      this.#pool.whenReleased(null);
      for (const batch of [...full, filling]) batch?.release();
      if (!ended) this.#session.destroy();
    }
  }
}
