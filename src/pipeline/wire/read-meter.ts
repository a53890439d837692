import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';

/**
 * Counts the index entries and rows that the server read for a session (`Handler_read%`): the cost of an extraction
 * in a figure that no noise touches.
 */
export class ReadMeter {
  readonly #session: Session;
  readonly #server: ServerInfo;
  readonly #start: number;
  /** What asking costs by itself: the status is a table too, and reading it is counted. */
  readonly #ownCost: number;

  private constructor(session: Session, server: ServerInfo, start: number, ownCost: number) {
    this.#session = session;
    this.#server = server;
    this.#start = start;
    this.#ownCost = ownCost;
  }

  static async start(session: Session, server: ServerInfo): Promise<ReadMeter> {
    const first = await handlerReads(session, server);
    const second = await handlerReads(session, server);
    return new ReadMeter(session, server, second, second - first);
  }

  /** Entries read since the start. Asked once, at the end. */
  async read(): Promise<number> {
    return (await handlerReads(this.#session, this.#server)) - this.#start - this.#ownCost;
  }
}

/** All that MySQL has. */
const COUNTERS = ['first', 'key', 'last', 'next', 'prev', 'rnd', 'rnd_next'].map(
  (name) => `'Handler_read_${name}'`,
);

/**
 * MySQL goes through all of its 500 status variables for a SHOW STATUS and counts them as rows read; its table has an
 * index (MySQL manual, "Performance Schema Status Variable Tables"), which costs one entry for each name, and is
 * there for every user and with `performance_schema` off, too (tested on 9.7). MariaDB's has none.
 */
async function handlerReads(session: Session, server: ServerInfo): Promise<number> {
  const sql =
    server.flavour === 'mysql'
      ? `SELECT VARIABLE_VALUE AS Value FROM performance_schema.session_status WHERE VARIABLE_NAME IN (${COUNTERS.join(', ')})`
      : "SHOW SESSION STATUS LIKE 'Handler_read%'";
  const rows = await session.query(sql);
  return rows.reduce((sum, row) => sum + Number(row['Value']), 0);
}
