import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { type Horizon, readHorizon } from './bound.ts';
import { OpenTransactions } from './open-transactions.ts';

/** Tables that begin within this time share a horizon: an earlier one is as safe, and a list takes 0.1 s. */
const SHARED_MILLIS = 1000;

/** The horizons of one run. */
export class Horizons {
  /** One for all databases: some may be on the same server, where two would keep each other's lists from being fresh. */
  readonly transactions = new OpenTransactions();
  readonly #recent = new Map<string, { readonly since: number; readonly horizon: Promise<Horizon> }>();

  async read(session: Session, database: Database, lagSeconds: number): Promise<Horizon> {
    const recent = this.#recent.get(database.name);
    if (recent !== undefined && performance.now() - recent.since < SHARED_MILLIS) return recent.horizon;
    const horizon = readHorizon(session, database.server, lagSeconds, this.transactions);
    this.#recent.set(database.name, { since: performance.now(), horizon });
    try {
      return await horizon;
    } catch (error) {
      this.#recent.delete(database.name);
      throw error;
    }
  }
}
