import type { Database } from './database.ts';
import { isConnectionLost } from './server-errors.ts';
import type { Session } from './session.ts';

/**
 * Runs work on a session, and again on a fresh connection when the connection died under it. Only for work that may
 * run more than once, such as reading. Throws what the last attempt threw.
 */
export async function idempotently<Result>(
  database: Pick<Database, 'session'>,
  work: (session: Session) => Promise<Result>,
  attempts = 5,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    await using session = await database.session();
    try {
      return await work(session);
    } catch (error) {
      if (attempt === attempts || !isConnectionLost(error)) throw error;
    }
  }
}
