import { setTimeout as sleep } from 'node:timers/promises';
import { isPrivilegeMissing } from '../databases/server-errors.ts';
import type { Session } from '../databases/session.ts';

/** Longest time between two looks, in milliseconds. */
const POLL = 100;

/**
 * Waits until every transaction that could write when this was called has ended, and returns how many have not after
 * `seconds`; null if the user may not see them.
 *
 * An id is given out when a row is inserted and seen when it is committed, so a smaller id may appear after a larger
 * one. Whoever inserts after this call gets an id above every one that is visible now; so once those that were open
 * are gone, nothing at or below the largest visible id can still appear.
 */
export async function waitForOpenTransactions(
  session: Session,
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<number | null> {
  const deadline = performance.now() + options.seconds * 1000;
  let open = await openTransactions(session);
  while (open !== null && open.size > 0 && performance.now() < deadline && !options.signal.aborted) {
    await sleep(POLL);
    const before = open;
    const now = await openTransactions(session);
    open = now === null ? null : new Set([...now].filter((id) => before.has(id)));
  }
  return open?.size ?? null;
}

/**
 * Identities of transactions that can write: the connection and when it began. `trx_id` is no identity: it changes with
 * a transaction's first write.
 */
async function openTransactions(session: Session): Promise<Set<string> | null> {
  try {
    const rows = await session.query(
      `SELECT CONCAT(trx_mysql_thread_id, ' ', trx_started) AS id
         FROM information_schema.INNODB_TRX
        WHERE trx_is_read_only = 0 AND trx_mysql_thread_id <> CONNECTION_ID()`,
    );
    return new Set(rows.map((row) => String(row['id'])));
  } catch (error) {
    if (isPrivilegeMissing(error)) return null;
    throw error;
  }
}
