import { createHash } from 'node:crypto';
import type { ServerInfo } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import { RefusedError, WorkFailedError } from '../errors.ts';
import type { Observe } from './events.ts';
import { type LockHolder, describeHolder, findLockHolder } from './lock-holder.ts';
import { throwIfInterrupted } from './pause.ts';
import { openProgressReader } from './watch/progress.ts';

export interface LockRequest {
  /** Runs the DDL. Its lock stays until the server is done with the statement, even if the client is dead. */
  readonly ddl: Session;
  /** Idle between its short queries. Its lock is free at once when the client dies. */
  readonly monitor: Session;
  readonly server: ServerInfo;
  readonly schema: string;
  /** How long to wait for another runner before refusing. */
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
  readonly observe: Observe;
  /** Since when the run of this connection is at work, ISO 8601, as its history says. */
  readonly findRunStart: (connectionId: number) => Promise<string | null>;
}

/** A dead client's idle connection is closed within moments; only a living runner's stays idle and keeps its lock. */
const ORPHAN_GRACE_SECONDS = 5;

/**
 * The same for the first lock, whose refusal somebody waits for: who starts again at once after a kill must not be told
 * of another run that is no more. Shorter, as no statement can keep that connection.
 */
const RUNNER_GRACE_SECONDS = 2;

/**
 * Does the work as the only run on the schema. Two named locks tell a living runner from a dead one's statement that the
 * server still works on: the first is refused, or waited for as long as was asked; the second is always waited for.
 * Throws a RefusedError that names the holder, or an InterruptedError.
 *
 * GET_LOCK is server-wide and its names have at most 64 characters, so the names hold a hash of the schema's name
 * (MySQL manual, "Locking Functions").
 */
export async function withMigrationLock<Result>(
  request: LockRequest,
  work: () => Promise<Result>,
): Promise<Result> {
  const { ddl, monitor, schema } = request;
  const names = lockNames(schema);
  await acquireRunnerLock(request, names.runner);
  try {
    await acquireStatementLock(request, names.statement);
    try {
      return await work();
    } finally {
      await release(ddl, names.statement);
    }
  } finally {
    await release(monitor, names.runner);
  }
}

/** The names of a schema's locks. In lower case: the schema's case does not count on every server. */
export function lockNames(schema: string): { readonly runner: string; readonly statement: string } {
  const hash = createHash('sha256').update(schema.toLowerCase()).digest('hex').slice(0, 40);
  return { runner: `tidemark-runner:${hash}`, statement: `tidemark:${hash}` };
}

async function acquireRunnerLock(request: LockRequest, name: string): Promise<void> {
  const { monitor, waitSeconds, signal, observe } = request;
  const deadline = performance.now() + Math.max(RUNNER_GRACE_SECONDS, waitSeconds) * 1000;
  let seen = false;
  while (!(await tryLock(monitor, name, seen ? 1 : 0))) {
    throwIfInterrupted(signal);
    const holder = await findLockHolder(monitor, name);
    if (holder === null) continue;
    const known = { ...holder, since: await request.findRunStart(holder.connectionId) };
    if (performance.now() >= deadline) throw heldBy(known, request);
    if (!seen && waitSeconds > 0) observe({ kind: 'waiting-for-lock', holder: known, waitSeconds });
    seen = true;
  }
}

async function acquireStatementLock(request: LockRequest, name: string): Promise<void> {
  const { ddl, monitor, signal, observe } = request;
  if (await tryLock(ddl, name, 0)) return;
  let idleSince: number | null = null;
  await using progress = await openProgressReader(monitor, request.server);
  while (!(await tryLock(ddl, name, 1))) {
    throwIfInterrupted(signal);
    const holder = await findLockHolder(monitor, name);
    if (holder === null) continue;
    if (holder.statement !== null) {
      idleSince = null;
      observe({
        kind: 'waiting-for-orphaned-build',
        holder,
        fraction: await progress.read(holder.connectionId),
      });
      continue;
    }
    idleSince ??= performance.now();
    const grace = Math.max(ORPHAN_GRACE_SECONDS, request.waitSeconds);
    if (performance.now() - idleSince > grace * 1000) throw heldBy(holder, request);
  }
}

function heldBy(holder: LockHolder, request: LockRequest): RefusedError {
  const since = holder.since === null ? '' : ` since ${holder.since}`;
  const waited = request.waitSeconds === 0 ? '' : ` after waiting ${request.waitSeconds} s`;
  return new RefusedError(
    `another run works on schema "${request.schema}"${waited}: ${describeHolder(holder)} holds its lock${since}`,
    { hint: 'wait for it to end, or let this run wait: --wait SECONDS' },
  );
}

/** Whether the lock was had. Its answer is 1 (had), 0 (timed out) or NULL (error). */
async function tryLock(session: Session, name: string, timeoutSeconds: number): Promise<boolean> {
  const answer = await session.value<number>('SELECT GET_LOCK(?, ?)', [name, timeoutSeconds]);
  if (answer === null) throw new WorkFailedError(`the server failed to take the lock "${name}"`);
  return answer === 1;
}

async function release(session: Session, name: string): Promise<void> {
  // A lost connection has lost its locks.
  await session.value('SELECT RELEASE_LOCK(?)', [name]).catch(() => null);
}
