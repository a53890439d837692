import { spawn } from 'node:child_process';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { WorkFailedError } from '../../errors.ts';
import { exists } from './files.ts';
import { identifyingArgument, type ServerFiles } from './server-files.ts';
import type { Command } from './software.ts';

const END_SECONDS = 60;

/** Starts a server that outlives this process, with its output in its log. Returns its process number. */
export async function spawnServer(files: ServerFiles, command: Command): Promise<number> {
  // One log a start, and the one before it: a server that is started for years does not fill the disk.
  await rename(files.log, `${files.log}.1`).catch(() => undefined);
  await using log = await open(files.log, 'a', 0o600);
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: files.directory,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new WorkFailedError(`cannot run ${program}: ${cause.message}`, { cause })),
    );
  });
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new WorkFailedError(`cannot run ${program}`);
  await writeFile(files.pid, `${pid}\n`);
  return pid;
}

/** The process number of the running server, or null. Never another process that has the number by now. */
export async function runningPid(files: ServerFiles): Promise<number | null> {
  for (const file of [files.pid, files.serverPid]) {
    const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    if (Number.isInteger(pid) && (await isServer(pid, files))) return pid;
  }
  return null;
}

/** Whether that process is the server of these files, by its command line. */
export async function isServer(pid: number, files: ServerFiles): Promise<boolean> {
  const line = await commandLine(pid);
  return line !== null && `${line} `.includes(`${identifyingArgument(files)} `);
}

/** Sends the signal to the running server and waits for its end. False if it was not running. */
export async function endServer(files: ServerFiles, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  const pid = await runningPid(files);
  if (pid === null) return false;
  kill(pid, signal);
  const deadline = performance.now() + END_SECONDS * 1000;
  while (await isServer(pid, files)) {
    if (performance.now() > deadline) {
      throw new WorkFailedError(
        `the server of ${files.directory} (process ${pid}) is still there after ${END_SECONDS} s`,
        {
          hint: `read ${files.log}`,
        },
      );
    }
    await sleep(50);
  }
  await rm(files.pid, { force: true });
  return true;
}

/** The command line of a process; null if there is none of that number, or a zombie. */
async function commandLine(pid: number): Promise<string | null> {
  if (await exists('/proc/self/cmdline')) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text === '' ? null : text.replaceAll('\0', ' ').trim();
  }
  // macOS and the BSDs have no /proc; slim Linux images have no ps.
  const { stdout, failed } = await execa('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { reject: false });
  return failed || stdout.trim() === '' ? null : stdout.trim();
}
