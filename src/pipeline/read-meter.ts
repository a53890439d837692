import type { Session } from '../databases/session.ts';

/**
 * Counts the index entries and rows that the server read for a session (`Handler_read%`): the cost of an extraction
 * in a figure that no noise touches.
 */
export class ReadMeter {
  readonly #session: Session;
  readonly #start: number;
  /** What asking costs by itself: the status is a table too, and reading it is counted. */
  readonly #ownCost: number;

  private constructor(session: Session, start: number, ownCost: number) {
    this.#session = session;
    this.#start = start;
    this.#ownCost = ownCost;
  }

  static async start(session: Session): Promise<ReadMeter> {
    const first = await handlerReads(session);
    const second = await handlerReads(session);
    return new ReadMeter(session, second, second - first);
  }

  /** Entries read since the start. Asked once, at the end. */
  async read(): Promise<number> {
    return (await handlerReads(this.#session)) - this.#start - this.#ownCost;
  }
}

async function handlerReads(session: Session): Promise<number> {
  const rows = await session.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row['Value']), 0);
}
