import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../databases/session.ts';
import type { OpenTransaction, OpenTransactions } from './open-transactions.ts';

/** Milliseconds between two looks. */
const POLL = 200;

/**
 * Waits until every transaction that could write when this was called has ended, and returns how many have not after
 * `seconds`; null if they cannot be seen.
 *
 * An id is given out when a row is inserted and seen when it is committed, so a smaller id may appear after a larger
 * one. Whoever inserts after this call gets an id above every one that is visible now; so once those that were open
 * are gone, nothing at or below the largest visible id can still appear.
 */
export async function waitForOpenTransactions(
  session: Session,
  transactions: OpenTransactions,
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<number | null> {
  const begun = performance.now();
  const deadline = begun + options.seconds * 1000;
  let open = await transactions.list(session);
  while (open !== null && open.length > 0 && performance.now() < deadline && !options.signal.aborted) {
    await sleep(POLL);
    const before = open;
    const now = await transactions.list(session);
    const since = (performance.now() - begun) / 1000;
    open = now?.filter((transaction) => wasOpen(transaction, before, since)) ?? null;
  }
  return open?.length ?? null;
}

/** A transaction that is prepared may lose its connection, and with it what it was known by: then its age counts. */
function wasOpen(
  transaction: OpenTransaction,
  before: readonly OpenTransaction[],
  sinceSeconds: number,
): boolean {
  if (transaction.connectionId === 0) return transaction.seconds + 1 >= sinceSeconds;
  return before.some(({ identity }) => identity === transaction.identity);
}
