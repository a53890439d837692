import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { isPrivilegeMissing } from '../../databases/server-errors.ts';
import type { Row, Session } from '../../databases/session.ts';

/** A transaction that can still write. */
export interface OpenTransaction {
  /** 0 for one without a connection: prepared (XA), or found after a crash. */
  readonly connectionId: number;
  /** The same for as long as its connection has it. `trx_id` is not: it changes with a transaction's first write. */
  readonly identity: string;
  /** From the first write on the same, across an XA PREPARE and a restart of the server too, and never given again. */
  readonly transactionId: string;
  /** Rows that it has changed and not rolled back. */
  readonly rowsModified: number;
  /** Since it began, whole and rounded down. */
  readonly seconds: number;
}

/** What the list of transactions says. */
export interface TransactionLook {
  readonly writers: readonly OpenTransaction[];
  /**
   * Connections whose transaction cannot write: READ ONLY, or a single SELECT for which no table was opened to be
   * written, by no function either (tested on both servers).
   */
  readonly readers: ReadonlySet<number>;
}

/** InnoDB keeps what it last showed for 0.1 s after anybody looked; so long nobody of this process looks. */
const CACHED_MILLIS = 110;
/** Somebody else's looks may fall in between; a random wait does not stay in step with them. */
const JITTER_MILLIS = 150;
/** Looks before the list counts as not to be seen. */
const ATTEMPTS = 30;

/**
 * Lists the transactions that can still write, as they are now.
 *
 * `information_schema.INNODB_TRX` is served from a cache that InnoDB does not refresh while anybody has read it within
 * the last 0.1 s (tested on both servers: a transaction that began in between is missing every time). A bound that
 * trusts such a list passes a transaction that is still open. So the list proves that it is fresh: it must hold the
 * very statement that asks for it, which carries a token that was never used before.
 */
export class OpenTransactions {
  readonly #oneAtATime = pLimit(1);
  #lastLook = -Infinity;

  /** Null if the user may not see them, or if others look so often that no list is fresh. Ends any transaction of the session. */
  async list(session: Session): Promise<readonly OpenTransaction[] | null> {
    return (await this.look(session))?.writers ?? null;
  }

  /** As `list`, with the connections that are known not to write. */
  look(session: Session): Promise<TransactionLook | null> {
    return this.#oneAtATime(async () => {
      // Only a transaction is in the list, with its statement. Read-only, it is none of those that can write.
      await session.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      try {
        return await this.#fresh(session);
      } catch (error) {
        if (isPrivilegeMissing(error)) return null;
        throw error;
      } finally {
        await session.execute('COMMIT');
      }
    });
  }

  async #fresh(session: Session): Promise<TransactionLook | null> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const jitter = attempt === 1 ? 0 : Math.random() * JITTER_MILLIS;
      await sleep(Math.max(0, this.#lastLook + CACHED_MILLIS + jitter - performance.now()));
      const token = randomUUID();
      const rows = await look(session, token);
      this.#lastLook = performance.now();
      if (rows.some((row) => isOwnLook(row, session, token))) {
        return {
          writers: rows.filter(canWrite).map(openTransaction),
          readers: new Set(rows.filter((row) => !canWrite(row)).map((row) => Number(row['id']))),
        };
      }
    }
    return null;
  }
}

/** `trx_started` is in the server's system time zone whatever the session's is (tested on both servers). */
function look(session: Session, token: string): Promise<readonly Row[]> {
  return session.query(
    `SELECT /* tidemark ${token} */ trx_mysql_thread_id AS id, trx_started AS started, CAST(trx_id AS CHAR) AS transactionId,
            trx_rows_modified AS rowsModified, trx_is_read_only AS readOnly, trx_query AS query,
            TIMESTAMPDIFF(SECOND, CONVERT_TZ(trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()) AS seconds
       FROM information_schema.INNODB_TRX`,
  );
}

function isOwnLook(row: Row, session: Session, token: string): boolean {
  const { id, query } = row as { readonly id: unknown; readonly query: unknown };
  return Number(id) === session.connectionId && typeof query === 'string' && query.includes(token);
}

/** Read-only transactions, our own snapshots among them, cannot write. */
function canWrite(row: Row): boolean {
  return Number(row['readOnly']) === 0;
}

function openTransaction(row: Row): OpenTransaction {
  return {
    connectionId: Number(row['id']),
    identity: [row['id'], row['started']].join(' '),
    transactionId: String(row['transactionId']),
    rowsModified: Number(row['rowsModified']),
    seconds: Math.max(0, Number(row['seconds'])),
  };
}
