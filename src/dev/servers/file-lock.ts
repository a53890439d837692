import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { kill, pid as ownPid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError, RefusedError } from '../../errors.ts';

const HEARTBEAT_SECONDS = 5;
/** A holder that did not beat for this long is dead or suspended, whatever its process number says. */
const STALE_SECONDS = 30;

export interface FileLockOptions {
  /** How long to wait for a live holder before refusing. */
  readonly waitSeconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once if the lock is held by another process. */
  readonly onWait?: (holderPid: number) => void;
}

/**
 * Does the work while holding a lock file, which is created exclusively. The holder touches the file every few
 * seconds, so a lock that a killed process left is recognised even when its process number is in use again.
 * Throws RefusedError if a live process holds it for too long, InterruptedError if the signal is aborted meanwhile.
 */
export async function withFileLock<T>(
  file: string,
  options: FileLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const content = JSON.stringify({ pid: ownPid, nonce: randomUUID() });
  await acquire(file, content, options);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // The file is gone when the work was to remove its directory.
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_SECONDS * 1000);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    const current = await readFile(file, 'utf8').catch(() => null);
    if (current === content) await rm(file, { force: true });
  }
}

async function acquire(file: string, content: string, options: FileLockOptions): Promise<void> {
  const deadline = performance.now() + options.waitSeconds * 1000;
  let waited = false;
  while (!(await createExclusively(file, content))) {
    if (options.signal?.aborted === true) throw new InterruptedError();
    const holder = await readHolder(file);
    if (holder === null) continue;
    if (holder.stale) {
      await removeStale(file);
      continue;
    }
    if (!waited) options.onWait?.(holder.pid);
    waited = true;
    if (performance.now() > deadline) {
      throw new RefusedError(`process ${holder.pid} still holds ${file} after ${options.waitSeconds} s`, {
        hint: 'wait for it, or end it; remove the file only if that process is not tidemark',
      });
    }
    await sleep(100);
  }
}

async function createExclusively(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

interface Holder {
  readonly pid: number;
  readonly stale: boolean;
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const pid = Number(/"pid":(\d+)/.exec(content)?.[1]);
    // Empty for an instant between its creation and the write; then only the clock can tell.
    const dead = Number.isInteger(pid) && !isAlive(pid);
    return { pid, stale: isSilent(mtimeMs) || dead };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes a stale lock away. Several waiters may judge the same lock stale, and a slower one must not remove the lock that
 * a faster one has just made: only the holder of a second file removes, and judges again before it does.
 */
async function removeStale(file: string): Promise<void> {
  const takeover = `${file}.takeover`;
  if (!(await createExclusively(takeover, ''))) {
    const abandoned = await stat(takeover).catch(() => null);
    if (abandoned !== null && isSilent(abandoned.mtimeMs)) await rm(takeover, { force: true });
    await sleep(20);
    return;
  }
  try {
    const holder = await readHolder(file);
    if (holder?.stale === true) await rm(file, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

function isSilent(touchedAt: number): boolean {
  return Date.now() - touchedAt > STALE_SECONDS * 1000;
}
