import { expect } from 'vitest';
import { SinkHeldError } from '../../../src/errors.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import type { Bench } from './bench.ts';
import { type Action, act } from './small-run.ts';
import { spawnSinkProcess } from './spawn-sink-process.ts';

/** `SINK_KILLS=every-statement` kills inside of transactions too, which takes twice as long. */
const EVERY_STATEMENT = process.env['SINK_KILLS'] === 'every-statement';
/** Steps that even the smallest run has: fewer, and nobody saw them. */
const FEWEST_STEPS = 3;
/** Milliseconds in which a killed process's hold on the sink must be gone. */
const LET_GO = 10_000;
/** For a test that kills at each step. */
export const KILL_TIMEOUT = { timeout: 120_000 };

/**
 * Lets a process make a run and kills it before its first step; then the next round's before its second, and so on, until
 * one comes to its end. `between` looks at the sink after each; then the run is made again, and `after` looks.
 */
export async function killAtEachStep(
  action: Action,
  {
    bench,
    before,
    between,
    after,
  }: {
    /** The sink for a step: the same for all, or one each. */
    readonly bench: (step: number) => Promise<Bench>;
    readonly before?: (bench: Bench, step: number) => Promise<void>;
    readonly between: (bench: Bench, step: number) => Promise<void>;
    readonly after: (bench: Bench, step: number) => Promise<void>;
  },
): Promise<void> {
  for (let step = 1; ; step += 1) {
    const used = await bench(step);
    await before?.(used, step);
    await used.close();
    const { spec } = used.place;
    const ended = await spawnSinkProcess({
      spec,
      action,
      round: step,
      killBefore: step,
      everyStatement: EVERY_STATEMENT,
    });
    const killed = ended.signal === 'SIGKILL';
    expect(killed || ended.exitCode === 0, ended.stderr).toBe(true);
    await between(used, step);
    await used.close();
    await runAgain(used, action, step);
    await after(used, step);
    if (killed) continue;
    expect(step).toBeGreaterThan(FEWEST_STEPS);
    return;
  }
}

/** Makes a run as soon as the sink is free. */
async function runAgain({ place }: Bench, action: Action, round: number): Promise<void> {
  const deadline = performance.now() + LET_GO;
  for (;;) {
    try {
      await using sink = await openSink(place.spec);
      return await act(sink, action, round);
    } catch (error) {
      if (!(error instanceof SinkHeldError) || performance.now() > deadline) throw error;
    }
  }
}

/** One sink for all steps. */
export function inOne(bench: Bench): () => Promise<Bench> {
  return async () => bench;
}
