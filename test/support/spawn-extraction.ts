import { execa } from 'execa';
import { inject } from 'vitest';
import type { ExtractProcessRequest } from './extract-process.ts';

export interface ProcessLimits {
  /** Largest file that the process may write, in blocks of 512 bytes. */
  readonly fileBlocks?: number;
}

/** Starts one extract-load in a process of its own, which a test may kill. */
export function spawnExtraction(request: ExtractProcessRequest, limits: ProcessLimits = {}) {
  const command = [process.execPath, inject('programs').extract, JSON.stringify(request)];
  // A shell sets the limit and becomes the process; SIGXFSZ is ignored, so that a write fails instead.
  const limited = ['-c', `trap "" XFSZ; ulimit -f ${limits.fileBlocks}; exec "$@"`, 'sh', ...command];
  const [file, args] =
    limits.fileBlocks === undefined ? [process.execPath, command.slice(1)] : ['/bin/sh', limited];
  return execa(file, args, {
    reject: false,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}
