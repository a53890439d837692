import { serverAddress } from '../../config/database-config.ts';
import type { Database } from '../../databases/database.ts';
import type { Session } from '../../databases/session.ts';
import { type Horizon, readHorizon } from './bound.ts';
import { OpenTransactions } from './open-transactions.ts';

/** Tables that begin within this time share a horizon: an earlier one is as safe, and a list takes 0.1 s. */
const SHARED_MILLIS = 1000;

/** The horizons of one run. */
export class Horizons {
  readonly #transactions = new Map<string, OpenTransactions>();
  readonly #recent = new Map<string, { readonly since: number; readonly horizon: Promise<Horizon> }>();

  /**
   * The list of a database's server. Databases at one address share it: two would keep each other's from being fresh.
   * Those at different addresses do not wait for each other, and if it is one server all the same, a list that is not
   * fresh is found out.
   */
  transactionsOf({ config }: Pick<Database, 'config'>): OpenTransactions {
    const address = serverAddress(config);
    const known = this.#transactions.get(address) ?? new OpenTransactions();
    this.#transactions.set(address, known);
    return known;
  }

  async read(session: Session, database: Database, lagSeconds: number): Promise<Horizon> {
    const recent = this.#recent.get(database.name);
    if (recent !== undefined && performance.now() - recent.since < SHARED_MILLIS) return recent.horizon;
    const horizon = readHorizon(session, database.server, lagSeconds, this.transactionsOf(database));
    this.#recent.set(database.name, { since: performance.now(), horizon });
    try {
      return await horizon;
    } catch (error) {
      this.#recent.delete(database.name);
      throw error;
    }
  }
}
