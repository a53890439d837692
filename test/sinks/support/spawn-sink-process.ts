import { execa } from 'execa';
import { inject } from 'vitest';
import type { SinkProcessOrder } from './sink-process.ts';

/** Starts a process that writes a sink. */
export function spawnSinkProcess(order: SinkProcessOrder) {
  return execa(process.execPath, [inject('programs').sink, JSON.stringify(order)], {
    reject: false,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}
