import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerInfo } from '../databases/server.ts';
import type { Row, Session, SqlValue } from '../databases/session.ts';
import { WorkFailedError } from '../errors.ts';

/** ER_WARN_I_S_SKIPPED_TABLE. */
const SKIPPED_TABLE = 1684;
const PAUSE_MILLISECONDS = 50;
/** A statement that changes a definition holds it for moments; what waits longer waits for somebody's transaction. */
const PATIENCE_MILLISECONDS = 60_000;

type Warning = { readonly Code: number; readonly Message: string };

/**
 * The rows of a query of `information_schema`, with no table left out. MariaDB leaves out, with no more than a warning,
 * what another session's DDL has locked, if this session holds any lock itself (GET_LOCK, or a table that its
 * transaction read): an index would seem to be gone while somebody renames its table. The query is repeated until
 * nothing was left out. MySQL reads its dictionary in a snapshot and leaves out nothing. Throws a WorkFailedError that
 * tells the table if it stays locked for a minute.
 */
export async function readDictionary<R extends Row>(
  session: Session,
  { flavour }: Pick<ServerInfo, 'flavour'>,
  sql: string,
  values: readonly SqlValue[],
): Promise<readonly R[]> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const rows = await session.query<R>(sql, values);
    if (flavour === 'mysql') return rows;
    const warnings = await session.query<Warning>('SHOW WARNINGS');
    const skipped = warnings.find(({ Code }) => Code === SKIPPED_TABLE);
    if (skipped === undefined) return rows;
    if (performance.now() >= deadline) {
      throw new WorkFailedError(
        `the server does not describe a table that is being changed: ${skipped.Message}`,
        {
          hint: 'see SHOW FULL PROCESSLIST for the statement that changes it, and run the command again after it',
        },
      );
    }
    await sleep(PAUSE_MILLISECONDS);
  }
}
