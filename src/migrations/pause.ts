import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError } from '../errors.ts';

/** Waits, or throws an InterruptedError as soon as the signal is aborted. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal });
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  }
}

export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError();
}
