import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';
import { ReadMeter } from '../wire/read-meter.ts';

/** The server that is read, and what it is asked for. */
export interface SnapshotOptions {
  readonly server: ServerInfo;
  /** The server ends a statement that runs longer; null for no limit. */
  readonly statementTimeoutSeconds: number | null;
  /** Seconds after which a snapshot is old. */
  readonly maxSnapshotSeconds: number;
  /** Keeps one snapshot from the first statement to the last, however long it takes. */
  readonly one: boolean;
}

/** What a snapshot may have lived of its time when a further statement begins; the statement needs the rest. */
const RENEWED_AT = 0.1;
/** What a statement should take of that time: an ALTER waits for the longest of them. */
const STATEMENT_SHARE = 0.2;

/** Seconds that one statement should take, the sink's part included. */
export function statementSeconds({
  maxSnapshotSeconds,
}: Pick<SnapshotOptions, 'maxSnapshotSeconds'>): number {
  return maxSnapshotSeconds * STATEMENT_SHARE;
}

/**
 * A consistent read-only snapshot of the source, which is let go between statements: as long as it is held, the server
 * keeps every version of every row that is changed anywhere, and no ALTER of the tables that it has read can begin. What
 * makes a load right is its bound, not its snapshot (docs/correctness.md).
 */
export class SourceSnapshot {
  /** Counts the snapshots: two statements with the same number saw the same rows. */
  number = 0;
  readonly #session: Session;
  readonly #options: SnapshotOptions;
  #openedAt: number | null = null;

  constructor(session: Session, options: SnapshotOptions) {
    this.#session = session;
    this.#options = options;
  }

  /**
   * Opens a snapshot for a statement, unless there is one that is not old. It is taken by the statement itself, which
   * has the table's metadata lock by then: an ALTER in between would end it with error 1412.
   */
  async hold(): Promise<void> {
    const { one, maxSnapshotSeconds } = this.#options;
    const longest = maxSnapshotSeconds * RENEWED_AT * 1000;
    if (this.#openedAt !== null && (one || performance.now() - this.#openedAt < longest)) return;
    await this.letGo();
    await this.#session.execute('START TRANSACTION READ ONLY');
    this.#openedAt = performance.now();
    this.number += 1;
  }

  /** Gives the snapshot up, where it need not be the only one: before anything that is waited for. */
  async letGo(): Promise<void> {
    if (!this.#options.one) await this.end();
  }

  async end(): Promise<void> {
    if (this.#openedAt === null) return;
    this.#openedAt = null;
    await this.#session.execute('COMMIT');
  }
}

/**
 * Runs work in consistent read-only snapshots of the source; it holds one for each statement. Returns how many index
 * entries and rows the server read for it. Nothing is written to the source, and the server would refuse it.
 */
export async function inSnapshots(
  session: Session,
  options: SnapshotOptions,
  work: (snapshot: SourceSnapshot) => Promise<void>,
): Promise<number> {
  const { server, statementTimeoutSeconds } = options;
  const meter = await ReadMeter.start(session, server);
  if (statementTimeoutSeconds !== null) await setStatementTimeout(session, server, statementTimeoutSeconds);
  try {
    const snapshot = new SourceSnapshot(session, options);
    await work(snapshot);
    await snapshot.end();
    return await meter.read();
  } finally {
    // The connection goes back to the pool. A lost one has nothing to reset.
    if (statementTimeoutSeconds !== null) {
      await setStatementTimeout(session, server, NO_LIMIT).catch(() => session.destroy());
    }
  }
}

/** Of a session's statements; what every session is set up with, whatever the server's own limit. */
const NO_LIMIT = 0;

/** MySQL counts in milliseconds, MariaDB in seconds. */
async function setStatementTimeout(session: Session, server: ServerInfo, seconds: number): Promise<void> {
  await session.execute(
    server.flavour === 'mariadb'
      ? `SET SESSION max_statement_time = ${seconds}`
      : `SET SESSION max_execution_time = ${Math.ceil(seconds * 1000)}`,
  );
}
