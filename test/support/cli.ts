import path from 'node:path';
import { execa } from 'execa';
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
}

/** Runs the built binary and returns what it printed; a non-zero exit is a result, not an error. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await execa(process.execPath, [BINARY, ...args], {
    cwd: options.directory ?? REPOSITORY,
    extendEnv: false,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], CI: 'true', ...options.environment },
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  for (const [variable, value] of Object.entries(options.environment ?? {})) {
    if (variable.endsWith('_PASSWORD') && value.length >= 8) {
      // Every command-line test is a test that its command keeps the password to itself.
      if (`${result.stdout}\n${result.stderr}`.includes(value)) throw new Error(`${variable} was printed`);
    }
  }
  return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** Runs the binary with `--json` and returns the document that standard output carried. */
export async function runCliJson<Document>(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult & { readonly document: Document }> {
  const result = await runCli([...args, '--json'], options);
  return { ...result, document: JSON.parse(result.stdout) as Document };
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
