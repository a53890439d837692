/**
 * Ends every private server below a directory and removes the directory as soon as its standard input is closed. The
 * test run holds the other end, and the kernel closes it however the run ends: done, failed, Ctrl-C or SIGKILL.
 */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverFiles } from '../../../src/dev/servers/server-files.ts';
import { endServer } from '../../../src/dev/servers/server-process.ts';

const ATTEMPTS = 20;
const [root] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: reaper.ts DIRECTORY');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
for await (const _ of process.stdin);

for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
  try {
    await endServers(root);
    await rm(root, { recursive: true, force: true });
    break;
  } catch (error) {
    // A test that was killed may leave a process that still writes here for a moment.
    if (attempt === ATTEMPTS) throw error;
    await sleep(250);
  }
}

async function endServers(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true });
  const directories = entries
    .filter((entry) => path.basename(entry) === 'server.pid')
    .map((entry) => path.dirname(entry));
  await Promise.all(
    directories.map((entry) => endServer(serverFiles(path.join(directory, entry)), 'SIGKILL')),
  );
}
