import { quoteString } from '../../databases/identifiers.ts';
import type { ServerInfo } from '../../databases/server.ts';
import { isPrivilegeMissing, isXaRecoverRefused } from '../../databases/server-errors.ts';
import type { Session } from '../../databases/session.ts';

/** The format of an xid that says none. */
const DEFAULT_FORMAT = 1;

/**
 * The transactions that are prepared (XA) and wait for somebody to end them, as XA COMMIT and XA ROLLBACK take them; null
 * if the user may not know: MySQL asks for XA_RECOVER_ADMIN (manual, "XA Transaction SQL Statements").
 */
export async function preparedTransactions(
  session: Session,
  server: ServerInfo,
): Promise<readonly string[] | null> {
  try {
    if (server.flavour === 'mariadb') {
      const rows = await session.query("XA RECOVER FORMAT='SQL'");
      return rows.map((row) => String(row['data']));
    }
    const rows = await session.query('XA RECOVER CONVERT XID');
    return rows.map((row) => {
      const bytes = Buffer.from(String(row['data']).slice(2), 'hex');
      const length = Number(row['gtrid_length']);
      const parts = [literal(bytes.subarray(0, length)), literal(bytes.subarray(length))];
      const format = Number(row['formatID']);
      if (format !== DEFAULT_FORMAT) return [...parts, format].join(',');
      return bytes.length === length ? parts[0]! : parts.join(',');
    });
  } catch (error) {
    if (isPrivilegeMissing(error) || isXaRecoverRefused(error)) return null;
    throw error;
  }
}

function literal(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? quoteString(text) : `X'${bytes.toString('hex')}'`;
}
