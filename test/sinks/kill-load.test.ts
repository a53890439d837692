import { describe, expect, test } from 'vitest';
import { Bench } from './support/bench.ts';
import { KILL_TIMEOUT, inOne, killAtEachStep } from './support/kill-at-each-step.ts';
import { act, movedIn, movedRows, passed, renamed } from './support/small-run.ts';
import { SINKS } from './sinks.ts';
import { ORDERS } from './support/tables.ts';

describe.each(SINKS)('SIGKILL at each step of a process that writes $name', (description) => {
  test('a first load: readers see nothing or all of it, and the next run goes on', KILL_TIMEOUT, async () => {
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

  test(
    'a load of a table that is there: readers see the old rows or the new ones',
    KILL_TIMEOUT,
    async () => {
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
    },
  );

  test(
    'a table that gets another name: it has one of the two, and all of its rows',
    KILL_TIMEOUT,
    async () => {
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
    },
  );
});
