/**
 * A process that writes a sink, for tests that kill it or that write beside it: `node sink-process.mjs <JSON>`. Its error is
 * one line of JSON on stderr.
 */
import { once } from 'node:events';
import type { TidemarkError } from '../../../src/errors.ts';
import { openSink, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import { type Action, act } from './small-run.ts';
import { watchSteps } from './steps.ts';

export interface SinkProcessOrder {
  readonly spec: SinkSpec;
  readonly action: Action;
  readonly round: number;
  /** Kills itself right before the step of this number, as a power cut would; the first is 1. */
  readonly killBefore?: number;
  /** Whether each statement of a transaction is a step. */
  readonly everyStatement?: boolean;
  /** Prints `paused` before it commits for the first time, and goes on when something comes on stdin. */
  readonly pauses?: boolean;
}

const order = JSON.parse(process.argv[2] ?? '') as SinkProcessOrder;
let steps = 0;
const reach = () => {
  if (++steps === order.killBefore) process.kill(process.pid, 'SIGKILL');
};
await watchSteps(order.spec.kind, order.everyStatement === true, reach);
let paused = order.pauses !== true;
try {
  await using sink = await openSink(order.spec);
  await act(sink, order.action, order.round, async () => {
    if (paused) return;
    paused = true;
    process.stdout.write('paused\n');
    await once(process.stdin, 'data');
    process.stdin.destroy();
  });
  // What is left to do is to close the sink.
  reach();
} catch (error) {
  const { name, message } = error as Error;
  process.stderr.write(
    JSON.stringify({ name, message, exitCode: (error as Partial<TidemarkError>).exitCode }),
  );
  process.exitCode = 1;
}
