import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import type { Observe } from './events.ts';

/** What a DDL statement needs while it runs. */
export interface DdlConnections {
  readonly database: Pick<Database, 'server' | 'schema' | 'session'>;
  /** Runs the statement. */
  readonly ddl: Session;
  /** Watches it, and kills it. */
  readonly monitor: Session;
  readonly observe: Observe;
  readonly signal: AbortSignal;
  readonly options: DdlOptions;
}

export interface DdlOptions {
  /** The session's `lock_wait_timeout`: how long a statement may queue for its metadata lock at a time. */
  readonly lockWaitTimeoutSeconds: number;
  /** How often a statement is tried that did not get its metadata lock within `lock_wait_timeout`. */
  readonly lockAttempts: number;
  /** Kills connections that certainly hold up a statement for longer than this; null never does. */
  readonly killBlockersAfterSeconds: number | null;
}
