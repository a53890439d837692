import type { Session } from '../databases/session.ts';

/** The connection that holds a lock, as far as the server shows it to us. */
export interface LockHolder {
  readonly connectionId: number;
  /** Null without the PROCESS privilege when the connection is another user's. */
  readonly user: string | null;
  readonly host: string | null;
  /** Its current statement, if it runs one. */
  readonly statement: string | null;
  /** How long its current statement, or its idleness, lasts. */
  readonly stateSeconds: number | null;
  /** ISO 8601; from the history of the run that it belongs to. */
  readonly since: string | null;
}

/** Who holds the named lock, or null if it is free. `since` is left for the caller, who can read the ledger. */
export async function findLockHolder(session: Session, lockName: string): Promise<LockHolder | null> {
  const connectionId = await session.value<number>('SELECT IS_USED_LOCK(?)', [lockName]);
  if (connectionId === null) return null;
  const [row] = await session.query<ProcessRow>(
    `SELECT USER AS user, HOST AS host, INFO AS statement, TIME AS stateSeconds
       FROM information_schema.PROCESSLIST WHERE ID = ?`,
    [connectionId],
  );
  return {
    connectionId,
    user: row?.user ?? null,
    host: row?.host ?? null,
    statement: row?.statement ?? null,
    stateSeconds: row?.stateSeconds ?? null,
    since: null,
  };
}

/** As a person reads it: `connection 12 (deploy@10.0.0.5:51234)`. */
export function describeHolder(holder: LockHolder): string {
  const account = holder.user === null ? '' : ` (${holder.user}@${holder.host ?? '?'})`;
  return `connection ${holder.connectionId}${account}`;
}

type ProcessRow = {
  readonly user: string | null;
  readonly host: string | null;
  readonly statement: string | null;
  readonly stateSeconds: number | null;
};
