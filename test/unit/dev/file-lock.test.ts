import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withFileLock } from '../../../src/dev/servers/file-lock.ts';
import { InterruptedError, RefusedError } from '../../../src/errors.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** Larger than any process number of Linux, so nothing has it. */
const NOBODY = 2 ** 22 + 1;

test('one at a time, and the file is gone afterwards, also after an error', async () => {
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'lock');
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(20);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, async () => withFileLock(file, { waitSeconds: 10 }, work)));
  expect(most).toBe(1);
  await expect(
    withFileLock(file, { waitSeconds: 10 }, async () => Promise.reject(new Error('work failed'))),
  ).rejects.toThrow('work failed');
  expect(await readdir(directory.path)).toEqual([]);
});

test('a lock of a process that is gone is taken over by exactly one of many', async () => {
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'lock');
  await writeFile(file, JSON.stringify({ pid: NOBODY, nonce: 'old' }));
  let inside = 0;
  await Promise.all(
    Array.from({ length: 10 }, async () =>
      withFileLock(file, { waitSeconds: 10 }, async () => {
        inside += 1;
        expect(inside).toBe(1);
        await sleep(5);
        inside -= 1;
      }),
    ),
  );
  expect(await readdir(directory.path)).toEqual([]);
});

test('a lock that was not touched for long is stale although another process has its number now', async () => {
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'lock');
  await writeFile(file, JSON.stringify({ pid: process.pid, nonce: 'old' }));
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(file, longAgo, longAgo);
  await expect(
    withFileLock(file, { waitSeconds: 1 }, async () => readFile(file, 'utf8')),
  ).resolves.not.toContain('old');
});

test('a live holder is waited for, named, and then the caller is refused; an abort ends the wait', async () => {
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'lock');
  await withFileLock(file, { waitSeconds: 1 }, async () => {
    const waitedFor: number[] = [];
    await expect(
      withFileLock(file, { waitSeconds: 0.3, onWait: (pid) => waitedFor.push(pid) }, async () => undefined),
    ).rejects.toThrow(RefusedError);
    expect(waitedFor).toEqual([process.pid]);
    await expect(
      withFileLock(file, { waitSeconds: 10, signal: AbortSignal.timeout(200) }, async () => undefined),
    ).rejects.toThrow(InterruptedError);
  });
});
