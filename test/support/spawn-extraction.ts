import path from 'node:path';
import { execa } from 'execa';
import type { ExtractProcessRequest } from './extract-process.ts';

const PROGRAM = path.join(import.meta.dirname, 'extract-process.ts');

/** Starts one extract-load in a process of its own, which a test may kill. */
export function spawnExtraction(request: ExtractProcessRequest) {
  return execa(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(request)], {
    reject: false,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}
