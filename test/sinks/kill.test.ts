import { describe, expect, test } from 'vitest';
import { SinkHeldError } from '../../src/errors.ts';
import { openSink } from '../../src/sinks/open-sink.ts';
import type { Row } from './support/batches.ts';
import { Bench } from './support/bench.ts';
import {
  type Action,
  act,
  driftedRows,
  movedIn,
  movedRows,
  passed,
  renamed,
  WINDOWS,
} from './support/small-run.ts';
import { spawnSinkProcess } from './support/spawn-sink-process.ts';
import { SINKS } from './sinks.ts';
import { inKeyOrder, LOG, ORDERS, upserted } from './support/tables.ts';

/** `SINK_KILLS=every-statement` kills inside of transactions too, which takes three times as long. */
const EVERY_STATEMENT = process.env['SINK_KILLS'] === 'every-statement';
/** Steps that even the smallest run has: fewer, and nobody saw them. */
const FEWEST_STEPS = 3;
/** Milliseconds in which a killed process's hold on the sink must be gone. */
const LET_GO = 10_000;
const TIMEOUT = { timeout: 120_000 };

/**
 * Lets a process make a run and kills it before its first step; then the next round's before its second, and so on, until
 * one comes to its end. `between` looks at the sink after each; then the run is made again, and `after` looks.
 */
async function killAtEachStep(
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

function rowsOfWindow(rows: readonly Row[], { after }: (typeof WINDOWS)[number]): readonly Row[] {
  return rows.filter(({ id }) => BigInt(String(id)) <= 6n === (after === null));
}

/** Every version that so many rounds made, the first of which is the table as it was loaded. */
function versionsOf(rounds: number): readonly Row[] {
  return Array.from({ length: rounds }, (_, round) => (round === 0 ? movedRows(0) : movedIn(round))).flat();
}

const inOne = (bench: Bench) => async () => bench;

describe.each(SINKS)('SIGKILL at each step of a process that writes $name', (description) => {
  test('a first load: readers see nothing or all of it, and the next run goes on', TIMEOUT, async () => {
    let used: Bench | null = null;
    try {
      await killAtEachStep('load', {
        bench: async () => {
          await used?.[Symbol.asyncDispose]();
          used = await Bench.create(description);
          return used;
        },
        async between(bench, step) {
          const state = await bench.state(ORDERS);
          const published = state !== null && state.loading === null;
          expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(published ? movedRows(step) : []);
        },
        async after(bench, step) {
          expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(movedRows(step));
          expect(await bench.state(ORDERS)).toMatchObject({ loading: null, rows: movedRows(step).length });
        },
      });
    } finally {
      await (used as Bench | null)?.[Symbol.asyncDispose]();
    }
  });

  test('a load of a table that is there: readers see the old rows or the new ones', TIMEOUT, async () => {
    await using bench = await Bench.create(description);
    await act(await bench.sink(), 'load', 0);
    await killAtEachStep('load', {
      bench: inOne(bench),
      async between(_, step) {
        const state = await bench.state(ORDERS);
        const published = state?.loading === null && passed(state.watermark, movedIn(step).at(-1)!);
        expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(
          movedRows(published ? step : step - 1),
        );
      },
      async after(_, step) {
        expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(movedRows(step));
        expect(await bench.state(ORDERS)).toMatchObject({ loading: null, rows: movedRows(step).length });
      },
    });
  });

  test('a merge: rows and watermark stay together', TIMEOUT, async () => {
    await using bench = await Bench.create(description);
    await act(await bench.sink(), 'load', 0);
    await killAtEachStep('merge', {
      bench: inOne(bench),
      async between(_, step) {
        const { watermark = null } = (await bench.state(ORDERS)) ?? {};
        const reached = movedIn(step).filter((row) => passed(watermark, row));
        const expected = inKeyOrder(ORDERS, upserted(ORDERS, movedRows(step - 1), reached));
        expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(expected);
      },
      async after(_, step) {
        expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(movedRows(step));
        expect(await bench.runs(1)).toMatchObject([{ runId: `run ${step}` }]);
      },
    });
  });

  test('a change log: every version once, up to the watermark', TIMEOUT, async () => {
    await using bench = await Bench.create(description);
    await act(await bench.sink(), 'append', 0);
    const expectVersions = async (expected: readonly Row[], step: number) => {
      const versions = await bench.log(LOG);
      expect(
        versions.map(({ row }) => row),
        `step ${step}`,
      ).toEqual(expected);
    };
    await killAtEachStep('append', {
      bench: inOne(bench),
      async between(_, step) {
        const { watermark = null } = (await bench.state(LOG)) ?? {};
        const reached = movedIn(step).filter((row) => passed(watermark, row));
        await expectVersions([...versionsOf(step), ...reached], step);
      },
      after: async (_, step) => expectVersions(versionsOf(step + 1), step),
    });
  });

  test('a table that gets another name: it has one of the two, and all of its rows', TIMEOUT, async () => {
    await using bench = await Bench.create(description);
    await act(await bench.sink(), 'rename', 0);
    await killAtEachStep('rename', {
      bench: inOne(bench),
      async between(_, step) {
        const states = await bench.states();
        expect(states, `step ${step}`).toHaveLength(1);
        const target = states[0]!.table === renamed(step).table ? renamed(step) : renamed(step - 1);
        expect((await bench.read(target)).live, `step ${step}`).toEqual(movedRows(0));
      },
      async after(_, step) {
        expect((await bench.read(renamed(step))).live, `step ${step}`).toEqual(movedRows(0));
        expect((await bench.states()).map(({ table }) => table)).toEqual([renamed(step).table]);
      },
    });
  });

  test.each(['mend', 'mark'] as const)(
    'to %s: a window is as it was, or as the source',
    TIMEOUT,
    async (action) => {
      await using bench = await Bench.create(description);
      await bench.load(ORDERS, driftedRows(0), { watermark: ['w'] });
      await killAtEachStep(action, {
        bench: inOne(bench),
        async between(_, step) {
          const { live } = await bench.read(ORDERS);
          for (const window of WINDOWS) {
            const [before, now] = [step - 1, step].map((round) => rowsOfWindow(driftedRows(round), window));
            expect([before, now], `step ${step}`).toContainEqual(rowsOfWindow(live, window));
          }
        },
        async after(_, step) {
          const { live, marked } = await bench.read(ORDERS);
          expect(live, `step ${step}`).toEqual(driftedRows(step));
          expect(marked.length).toBe(action === 'mark' ? 1 : 0);
          expect(await bench.state(ORDERS)).toMatchObject({ watermark: ['w'] });
        },
      });
    },
  );

  test('compacting: the rows are what they were', TIMEOUT, async () => {
    await using bench = await Bench.create(description);
    if ((await bench.sink()).compact === null) return;
    await act(await bench.sink(), 'load', 0);
    await killAtEachStep('compact', {
      bench: inOne(bench),
      before: async (_, step) => act(await bench.sink(), 'merge', step),
      async between(_, step) {
        expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(movedRows(step));
      },
      async after(_, step) {
        expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(movedRows(step));
        expect(await bench.state(ORDERS)).toMatchObject({ rows: movedRows(step).length });
      },
    });
  });
});
