import { describe, expect, test } from 'vitest';
import type { Row } from './support/batches.ts';
import { Bench } from './support/bench.ts';
import { KILL_TIMEOUT, inOne, killAtEachStep } from './support/kill-at-each-step.ts';
import { act, driftedRows, movedIn, movedRows, WINDOWS } from './support/small-run.ts';
import { SINKS } from './sinks.ts';
import { LOG, ORDERS } from './support/tables.ts';

function rowsOfWindow(rows: readonly Row[], { after }: (typeof WINDOWS)[number]): readonly Row[] {
  return rows.filter(({ id }) => BigInt(String(id)) <= 6n === (after === null));
}

describe.each(SINKS)('SIGKILL at each step of a process that writes $name', (description) => {
  test.each(['mend', 'mark'] as const)(
    'to %s: a window is as it was, or as the source',
    KILL_TIMEOUT,
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
          expect(await bench.place.leftovers()).toEqual([]);
        },
      });
    },
  );

  test('compacting: rows and versions are what they were', KILL_TIMEOUT, async () => {
    await using bench = await Bench.create(description);
    if ((await bench.sink()).compact === null) return;
    await act(await bench.sink(), 'load', 0);
    await act(await bench.sink(), 'append', 0);
    const expectAll = async (step: number) => {
      expect((await bench.read(ORDERS)).live, `step ${step}`).toEqual(movedRows(step));
      const versions = await bench.log(LOG);
      expect(versions, `step ${step}`).toHaveLength(movedRows(0).length + step * movedIn(1).length);
    };
    await killAtEachStep('compact', {
      bench: inOne(bench),
      async before(_, step) {
        await act(await bench.sink(), 'merge', step);
        await act(await bench.sink(), 'append', step);
      },
      between: async (_, step) => expectAll(step),
      async after(_, step) {
        await expectAll(step);
        expect(await bench.state(ORDERS)).toMatchObject({ rows: movedRows(step).length });
      },
    });
  });
});
