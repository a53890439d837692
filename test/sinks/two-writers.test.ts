import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { SinkHeldError } from '../../src/errors.ts';
import { openSink } from '../../src/sinks/open-sink.ts';
import type { TargetTable } from '../../src/sinks/sink.ts';
import { Bench, write } from './support/bench.ts';
import { type Action, act, driftedRows, movedRows } from './support/small-run.ts';
import { spawnSinkProcess } from './support/spawn-sink-process.ts';
import { SINKS } from './sinks.ts';
import { commitOf, LOG, loadingState, ORDERS, order, orders, place, PLACES } from './support/tables.ts';

const HELD = {
  name: 'SinkHeldError',
  exitCode: 4,
  // The process, by its number or that of its connection.
  holder: expect.stringMatching(/\d+/) as string,
  hints: [expect.stringMatching(/wait/)],
};

/** A process in the middle of a run: it has written rows and committed none. */
async function otherWriter({ place: { spec } }: Bench, action: Action, round: number) {
  const child = spawnSinkProcess({ spec, action, round, pauses: true });
  const ended = await Promise.race([once(child.stdout, 'data').then(() => null), child]);
  expect(ended, ended?.stderr).toBeNull();
  return {
    /** Lets it commit and end. */
    async goOn() {
      child.stdin.write('\n');
      expect(await child).toMatchObject({ exitCode: 0, stderr: '' });
    },
  };
}

describe.each(SINKS)('two writers of $name', (description) => {
  const { oneWriterOf, readersWhileWriting } = description.capabilities;

  test('of the same table: the second is refused and told of the first, which goes on', async () => {
    await using bench = await Bench.create(description);
    await act(await bench.sink(), 'load', 0);
    await bench.close();
    const other = await otherWriter(bench, 'merge', 1);
    const attempts = [
      () => bench.merge(ORDERS, [order(50)]),
      () => bench.load(ORDERS, [order(50)]),
      async () => (await bench.sink()).removeState(ORDERS),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(HELD);
    if (readersWhileWriting) {
      expect((await bench.read(ORDERS)).live, 'rows that are not committed').toEqual(movedRows(0));
      expect(await bench.state(ORDERS)).toMatchObject({ rows: movedRows(0).length });
    }
    await bench.close();
    await other.goOn();
    expect((await bench.read(ORDERS)).live).toEqual(movedRows(1));
    await act(await bench.sink(), 'merge', 2);
    expect((await bench.read(ORDERS)).live).toEqual(movedRows(2));
  });

  test('of different tables: side by side, or one after the other', async () => {
    await using bench = await Bench.create(description);
    await act(await bench.sink(), 'load', 0);
    await act(await bench.sink(), 'append', 0);
    await bench.close();
    const other = await otherWriter(bench, 'append', 1);
    const run = async () => {
      await using sink = await openSink(bench.place.spec);
      await act(sink, 'merge', 1);
    };
    if (oneWriterOf === 'sink') await expect(run()).rejects.toMatchObject(HELD);
    else await run();
    await other.goOn();
    if (oneWriterOf === 'sink') await run();
    expect((await bench.read(ORDERS)).live).toEqual(movedRows(1));
    expect(await bench.log(LOG)).toHaveLength(movedRows(0).length + 3);
  });

  test('that make the sink at the same time: none spoils it for the other', async () => {
    await using bench = await Bench.create(description);
    const { spec } = bench.place;
    const actions = ['load', 'append'] as const;
    const ended = await Promise.all(actions.map((action) => spawnSinkProcess({ spec, action, round: 0 })));
    const done = ended.map(({ exitCode, stderr }) => {
      if (exitCode === 0) return true;
      expect(oneWriterOf, stderr).toBe('sink');
      expect(JSON.parse(stderr)).toMatchObject({ name: SinkHeldError.name, exitCode: 4 });
      return false;
    });
    expect(done).toContain(true);
    for (const action of actions) await act(await bench.sink(), action, 0);
    expect((await bench.read(ORDERS)).live).toEqual(movedRows(0));
    expect(await bench.log(LOG)).toHaveLength(movedRows(0).length);
  });

  test('in one process: tables are written side by side, and each commits by itself', async () => {
    await using bench = await Bench.create(description);
    const sink = await bench.sink();
    const places = [place(1, 1), place(1, 2)];
    {
      await using one = await sink.openTable(ORDERS);
      await using other = await sink.openTable(PLACES);
      await using first = await one.load({ goOn: false });
      await using second = await other.load({ goOn: false });
      await write(first, ORDERS, orders(1, 3));
      await write(second, PLACES, places);
      await first.commit(commitOf(ORDERS, { loading: loadingState() }));
      await write(first, ORDERS, orders(4, 5));
      await second.commit(commitOf(PLACES, { loading: loadingState() }));
      await other.publish(commitOf(PLACES));
      await first.commit(commitOf(ORDERS, { loading: loadingState() }));
      await one.publish(commitOf(ORDERS));
    }
    expect((await bench.read(ORDERS)).live).toEqual(orders(1, 5));
    expect((await bench.read(PLACES)).live).toEqual(places);
  });
});

/** Another process takes the table over and writes it. */
async function takeOver(bench: Bench, target: TargetTable): Promise<void> {
  await bench.place.cutOff!();
  await using next = await openSink(bench.place.spec);
  await using table = await next.openTable(target);
  await using writer = await table.merge();
  await write(writer, target, [order(900)]);
  await writer.commit(commitOf(target, { watermark: ['taken', '900'] }));
}

/** What a writer may have begun when it loses its right, and how it ends. */
const WRITES: Readonly<Record<string, (bench: Bench, taken: () => Promise<void>) => Promise<unknown>>> = {
  merge: (bench, taken) =>
    bench.table(ORDERS, async (table) => {
      await using writer = await table.merge();
      await write(writer, ORDERS, orders(1, 3, { n: 7n }));
      await taken();
      return await writer.commit(commitOf(ORDERS));
    }),
  load: (bench, taken) =>
    bench.table(ORDERS, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(1, 3, { n: 7n }));
      await taken();
      return await writer.commit(commitOf(ORDERS, { loading: loadingState() }));
    }),
  publish: (bench, taken) =>
    bench.table(ORDERS, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(1, 3, { n: 7n }));
      await writer.commit(commitOf(ORDERS, { loading: loadingState() }));
      await taken();
      return await table.publish(commitOf(ORDERS));
    }),
  mend: (bench, taken) =>
    bench.table(ORDERS, async (table) => {
      // Before the rows are locked: the other one would wait for them.
      await using comparer = await table.compare({ by: 'rows', action: 'mend' });
      await taken();
      await comparer.close([{ after: null, upTo: null }]);
      await comparer.commit();
    }),
};

const LEASED = SINKS.filter(({ capabilities }) => capabilities.oneWriterOf === 'table');

describe.each(LEASED)('a writer of $name that lost its right to a table', (description) => {
  test.each(Object.keys(WRITES))('commits nothing: %s', async (name) => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, driftedRows(0));
    const taken = () => takeOver(bench, ORDERS);
    await expect(WRITES[name]!(bench, taken)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('took the table over') as string,
    });
    await bench.close();
    expect((await bench.read(ORDERS)).live).toEqual([...driftedRows(0), order(900)]);
    expect(await bench.state(ORDERS)).toMatchObject({ watermark: ['taken', '900'] });
  });
});
