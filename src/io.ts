import type { Readable, Writable } from 'node:stream';
import type { Environment } from './config/environment.ts';

/** Everything that a run of tidemark has of its process. Only `cli.ts` makes one from the real process. */
export interface Io {
  /** What a person types; null where standard input is no terminal, so that nobody can be asked. */
  readonly keyboard: Readable | null;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Environment;
  readonly workingDirectory: string;
  /** Whether a person watches standard error: bars may be drawn. False in CI. */
  readonly interactive: boolean;
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}
