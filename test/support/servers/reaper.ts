/**
 * Ends every private server below a directory, MySQL's, MariaDB's and PostgreSQL's, and removes the directory as soon as its standard input is closed. The
 * test run holds the other end, and the kernel closes it however the run ends: done, failed, Ctrl-C or SIGKILL.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
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
  const postmasters = entries.filter((entry) => path.basename(entry) === 'postmaster.pid');
  await Promise.all(postmasters.map((entry) => endPostgres(path.join(directory, entry))));
}

/** Its first line is the process; SIGQUIT ends it and its children at once (PostgreSQL manual, "Shutting Down the Server"). */
async function endPostgres(file: string): Promise<void> {
  const [pid] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  try {
    process.kill(Number(pid), 'SIGQUIT');
  } catch {
    // It has ended by itself.
  }
}
