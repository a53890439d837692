import { execaNode } from 'execa';
import { inject } from 'vitest';
import type { ChildOrder } from './migrate-child.ts';

export interface ChildEnd {
  readonly exitCode: number | undefined;
  /** `SIGKILL` for one that ended itself at a step. */
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs migrations in a process of their own. */
export async function runMigrateChild(order: ChildOrder): Promise<ChildEnd> {
  const { exitCode, signal, stdout, stderr } = await execaNode({
    reject: false,
    timeout: 60_000,
  })`${inject('programs').migrate} ${JSON.stringify(order)}`;
  return { exitCode, signal, stdout, stderr };
}
