import { describe, expect, test } from 'vitest';
import type { Row } from './support/batches.ts';
import { Bench } from './support/bench.ts';
import { KILL_TIMEOUT, inOne, killAtEachStep } from './support/kill-at-each-step.ts';
import { act, movedIn, movedRows, passed } from './support/small-run.ts';
import { SINKS } from './sinks.ts';
import { inKeyOrder, LOG, ORDERS, upserted } from './support/tables.ts';

/** Every version that so many rounds made, the first of which is the table as it was loaded. */
function versionsOf(rounds: number): readonly Row[] {
  return Array.from({ length: rounds }, (_, round) => (round === 0 ? movedRows(0) : movedIn(round))).flat();
}

describe.each(SINKS)('SIGKILL at each step of a process that writes $name', (description) => {
  test('a merge: rows and watermark stay together', KILL_TIMEOUT, async () => {
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
        expect(await bench.place.leftovers()).toEqual([]);
      },
    });
  });

  test('a change log: every version once, up to the watermark', KILL_TIMEOUT, async () => {
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
});
