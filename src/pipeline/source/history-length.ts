import type { ServerInfo } from '../../databases/server.ts';
import { isPrivilegeMissing } from '../../databases/server-errors.ts';
import type { Session } from '../../databases/session.ts';
import { RefusedError } from '../../errors.ts';

/**
 * How long InnoDB's undo history is: versions of rows that could not be removed yet, since some snapshot may need them
 * (MySQL manual, "Purge Configuration"). Throws a RefusedError where the user may not see it.
 */
export async function historyLength(session: Session, server: ServerInfo): Promise<number> {
  try {
    if (server.flavour === 'mariadb') {
      const [row] = await session.query("SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'");
      return Number(row?.['Value'] ?? 0);
    }
    const name = 'trx_rseg_history_len';
    return Number(
      await session.value('SELECT `COUNT` FROM information_schema.INNODB_METRICS WHERE NAME = ?', [name]),
    );
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    throw new RefusedError('the user may not see the length of the undo history', {
      hint: 'GRANT PROCESS ON *.* TO the user, or leave --max-history-length out',
      cause: error,
    });
  }
}
