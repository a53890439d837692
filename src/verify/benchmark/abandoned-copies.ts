import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { Session } from '../../databases/session.ts';
import { copyLock, copyToken } from './copy-names.ts';

/** Drops the copies that runs left which were killed: those of the session's schema whose run holds its lock no more. */
export async function dropAbandonedCopies(session: Session): Promise<void> {
  const rows = await session.query<{ readonly name: string }>(
    String.raw`SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME LIKE 'tidemark\_cost\_%'`,
  );
  for (const { name } of rows) {
    const token = copyToken(name);
    if (token === null) continue;
    const free = await session.value<number>('SELECT IS_FREE_LOCK(?)', [copyLock(token)]);
    if (free === 1) await session.execute(`DROP TABLE IF EXISTS ${quoteIdentifier(name)}`);
  }
}
