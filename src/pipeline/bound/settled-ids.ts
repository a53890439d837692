import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../databases/session.ts';
import type { OpenTransactions } from './open-transactions.ts';

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
  const deadline = performance.now() + options.seconds * 1000;
  let open = await identities(session, transactions);
  while (open !== null && open.size > 0 && performance.now() < deadline && !options.signal.aborted) {
    await sleep(POLL);
    const before = open;
    const now = await identities(session, transactions);
    open = now === null ? null : new Set([...now].filter((identity) => before.has(identity)));
  }
  return open?.size ?? null;
}

async function identities(session: Session, transactions: OpenTransactions): Promise<Set<string> | null> {
  const open = await transactions.list(session);
  return open === null ? null : new Set(open.map((transaction) => transaction.identity));
}
