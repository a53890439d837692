import { describe, expect, test } from 'vitest';
import { openSink, openStates } from '../../src/sinks/open-sink.ts';
import { Bench } from './support/bench.ts';
import type { SinkUnderTest } from './support/sink-under-test.ts';
import { SINKS } from './sinks.ts';
import { ORDERS, order, orders } from './support/tables.ts';

const NEWER = /has state of format 99; this tidemark knows format \d+$/;
const DAMAGED = /damaged/;

/** Whatever reads the state of a table, to show it, to write the table, or to change the state. */
function readersOf({ spec }: SinkUnderTest, bench: Bench) {
  return {
    states: async () => {
      await using states = await openStates(spec);
      return await states.states();
    },
    runs: async () => {
      await using states = await openStates(spec);
      return await states.runs(10);
    },
    'states while writing': async () => {
      await using sink = await openSink(spec);
      return await sink.states();
    },
    merge: () => bench.merge(ORDERS, [order(1, { n: 9n })]),
    load: () => bench.load(ORDERS, [order(1, { n: 9n })]),
    compact: async () => {
      await using sink = await openSink(spec);
      // A sink that has nothing to compact was refused by its opening, or reads no state.
      return sink.compact === null ? await sink.states() : await sink.compact([ORDERS]);
    },
    removeState: async () => {
      await using sink = await openSink(spec);
      return await sink.removeState(ORDERS);
    },
  };
}

async function loaded(bench: Bench) {
  await bench.load(ORDERS, orders(1, 10), { watermark: ['w', '10'] });
  await bench.merge(ORDERS, [order(11)], { watermark: ['w', '11'] });
  await bench.close();
}

/** Everything is there, and can be carried on. */
async function expectAsBefore(bench: Bench, what: string) {
  expect((await bench.read(ORDERS)).live, what).toEqual(orders(1, 11));
  expect(await bench.state(ORDERS), what).toMatchObject({ watermark: ['w', '11'], loading: null });
  await bench.merge(ORDERS, [order(11)], { watermark: ['w', '11'] });
  await bench.close();
}

describe.each(SINKS)('state of $name that cannot be read', (description) => {
  test('of a newer format is refused by whoever reads it, and nothing is lost', async () => {
    await using bench = await Bench.create(description);
    await loaded(bench);
    const undo = await bench.place.makeNewer(ORDERS);
    for (const [name, read] of Object.entries(readersOf(bench.place, bench))) {
      await expect(read(), name).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringMatching(NEWER) as string,
        hints: [expect.stringContaining('newer one')],
      });
      await bench.close();
    }
    await undo();
    await expectAsBefore(bench, 'newer');
  });

  test('or is damaged is refused by another message, and nothing is lost', async () => {
    await using bench = await Bench.create(description);
    await loaded(bench);
    for (const [damage, make] of Object.entries(bench.place.damages(ORDERS))) {
      const undo = await make();
      const { runs, removeState: _, ...readers } = readersOf(bench.place, bench);
      for (const [name, read] of Object.entries(readers)) {
        const refused = await read().catch((error: unknown) => error);
        expect(refused, `${damage}: ${name}`).toMatchObject({
          exitCode: 4,
          message: expect.stringMatching(DAMAGED) as string,
          hints: [expect.stringContaining('restore it')],
        });
        expect(String(refused)).not.toMatch(/newer|format \d/);
        await bench.close();
      }
      // The records of runs may be whole where a state is not, and a damaged state may be forgotten.
      await runs().catch((error: unknown) => expect(String(error), damage).toMatch(DAMAGED));
      await undo();
      await expectAsBefore(bench, damage);
    }
  });
});
