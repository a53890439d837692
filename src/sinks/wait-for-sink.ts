import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError, SinkHeldError } from '../errors.ts';
import type { Sink } from './sink.ts';
import { openSink, type SinkSpec } from './open-sink.ts';

/** Milliseconds between two attempts. */
const TRY_AGAIN = 500;

export interface Waiting {
  /** How long to wait at most; 0 for not at all. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Called when waiting begins, and again when somebody else holds the sink by then. */
  readonly onHeld: (held: SinkHeldError) => void;
}

/**
 * Opens a sink to write it, once the process that writes to it has let go. Throws that process's SinkHeldError after the
 * time is up, and an InterruptedError once the signal is aborted.
 */
export async function openSinkWhenFree(spec: SinkSpec, { seconds, signal, onHeld }: Waiting): Promise<Sink> {
  const deadline = performance.now() + seconds * 1000;
  let holder = '';
  for (;;) {
    try {
      return await openSink(spec);
    } catch (error) {
      if (!(error instanceof SinkHeldError) || performance.now() >= deadline) throw error;
      if (error.holder !== holder) onHeld(error);
      holder = error.holder;
    }
    await sleep(TRY_AGAIN, undefined, { signal }).catch(() => {
      throw new InterruptedError('interrupted while another process held the sink');
    });
  }
}
