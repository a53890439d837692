import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Command } from '../../src/dev/servers/software.ts';
import { ConfigurationError, WorkFailedError } from '../../src/errors.ts';

/** GNU time: Node cannot ask for the resource usage of a child that has ended. */
const GNU_TIME = '/usr/bin/time';
const LONGEST_RUN = 60 * 60 * 1000;

/** One run of a contender, in a process of its own. */
export interface Program {
  readonly command: Command;
  readonly directory?: string;
  /** Added to PATH and HOME; nothing else of this process's environment is passed on. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Rows on standard output are thrown away; a contender that says how it went is read. */
  readonly stdout: 'read' | 'discard';
}

export interface Measurement {
  /** From the process's start to its end. */
  readonly seconds: number;
  /** User and system, of the process and its children. */
  readonly cpuSeconds: number;
  /** Largest resident set. */
  readonly peakBytes: number;
  readonly stdout: string;
}

/** Throws a ConfigurationError where this machine cannot measure. */
export async function requireMeasuring(): Promise<void> {
  const missing: string[] = [];
  for (const file of [GNU_TIME, '/proc/self/stat']) {
    if ((await stat(file).catch(() => null)) === null) missing.push(`${file} is not there`);
  }
  if (missing.length > 0) {
    throw new ConfigurationError(missing, {
      hint: 'the benchmarks need Linux and GNU time (package "time")',
    });
  }
}

/**
 * Runs a program and measures it. `scratch` is a directory for the measurement's own file. Throws a WorkFailedError
 * with the end of what the program said if it fails.
 */
export async function measure(program: Program, scratch: string): Promise<Measurement> {
  const file = path.join(scratch, 'time');
  const started = performance.now();
  const result = await execa(GNU_TIME, ['-q', '-o', file, '-f', '%U %S %M', ...program.command], {
    cwd: program.directory ?? scratch,
    extendEnv: false,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], CI: 'true', ...program.environment },
    stdin: 'ignore',
    stdout: program.stdout === 'read' ? 'pipe' : 'ignore',
    stderr: 'pipe',
    reject: false,
    timeout: LONGEST_RUN,
  });
  const seconds = (performance.now() - started) / 1000;
  if (result.failed) {
    throw new WorkFailedError(
      lastLine(result.stderr) ?? `it ended with ${result.exitCode ?? result.signal ?? 'no exit code'}`,
    );
  }
  const [user = 0, system = 0, kibibytes = 0] = (await readFile(file, 'utf8')).split(' ').map(Number);
  return {
    seconds,
    cpuSeconds: user + system,
    peakBytes: kibibytes * 1024,
    stdout: result.stdout ?? '',
  };
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .findLast((line) => line.trim() !== '')
    ?.trim();
}
