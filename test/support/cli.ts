import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { z } from 'zod';
import type { SchemaSettings } from './schemas.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
/** The built binary: what a user's shell would run. `npm test` builds it first. */
export const BINARY = path.join(REPOSITORY, 'dist', 'cli.js');

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** The project's folder; the repository itself by default. */
  readonly directory?: string;
  /** The whole environment besides PATH and HOME: nothing of the developer's own leaks in. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Another copy of the binary, such as one that was unpacked from the package. */
  readonly binary?: string;
}

/** A run of the built binary that goes on while the test does something. */
export interface RunningCli {
  readonly result: Promise<CliResult>;
  /** Waits until standard error has said this; throws with all that was said if the run ends before. */
  said(text: string): Promise<void>;
  /** Sends a signal, as a terminal or a supervisor would. */
  signal(name: 'SIGINT' | 'SIGTERM'): void;
}

/** Starts the built binary as its first line asks for; a non-zero exit is a result, not an error. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = execa(process.execPath, ['--', options.binary ?? BINARY, ...args], {
    cwd: options.directory ?? REPOSITORY,
    extendEnv: false,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], CI: 'true', ...options.environment },
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const result = child.then(({ exitCode = -1, stdout, stderr }): CliResult => {
    checkManners({ exitCode, stdout, stderr }, args, options.environment ?? {});
    return { exitCode, stdout, stderr };
  });
  let heard = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard += text));
  return {
    result,
    async said(text) {
      while (!heard.includes(text)) {
        const ended = await Promise.race([result.then(() => true), sleep(50, false)]);
        if (ended) throw new Error(`"${text}" was not said before the end:\n${heard}`);
      }
    },
    signal: (name) => child.kill(name),
  };
}

/** Runs the built binary and returns what it printed. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result;
}

/** Every command-line test is a test of what holds for every command: no password, no escape codes, no stack trace. */
function checkManners(
  { stdout, stderr }: CliResult,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): void {
  const printed = `${stdout}\n${stderr}`;
  for (const [variable, value] of Object.entries(environment)) {
    if (variable.endsWith('_PASSWORD') && value.length >= 8 && printed.includes(value)) {
      throw new Error(`${variable} was printed`);
    }
  }
  if (printed.includes('\u001B[')) throw new Error(`escape codes where no terminal is:\n${printed}`);
  if (!args.includes('--verbose') && /^\s+at .+:\d+:\d+\)?$/m.test(printed)) {
    throw new Error(`a stack trace without --verbose:\n${printed}`);
  }
}

/** Runs the binary with `--json`; standard output must be one document of this shape. */
export async function runCliJson<Document>(
  shape: z.ZodType<Document>,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult & { readonly document: Document }> {
  const result = await runCli([...args, '--json'], options);
  return { ...result, document: shape.parse(JSON.parse(result.stdout)) };
}

/** The environment variables that name a database, as `.env` would have them. */
export function databaseEnvironment(name: string, settings: SchemaSettings): Record<string, string> {
  const prefix = name.toUpperCase();
  return {
    [`${prefix}_DB_HOST`]: settings.host,
    [`${prefix}_DB_PORT`]: String(settings.port),
    [`${prefix}_DB_NAME`]: settings.schema,
    [`${prefix}_DB_USER`]: settings.user,
    [`${prefix}_DB_PASSWORD`]: settings.password,
  };
}
